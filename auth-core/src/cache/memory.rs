//! Several nodes within one process, for tests; counters for one node.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::broadcast;

use super::{Change, ClusterError, Count, Counters, Fanout, Subscription};

/// Connects those who hold a clone of it, within one process; for tests.
///
/// ```
/// # use auth_core::testing;
/// use auth_core::cluster::MemoryFanout;
/// use auth_core::store::MemoryStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (store, fanout) = (MemoryStore::new(), MemoryFanout::new());
/// let one = testing::in_memory().store(store.clone()).fanout(fanout.clone()).build()?;
/// let other = testing::in_memory().store(store).fanout(fanout).build()?; // forgets at once what `one` changes
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryFanout(broadcast::Sender<Vec<Change>>);

impl MemoryFanout {
    /// A fan-out of its own.
    #[must_use]
    pub fn new() -> Self {
        Self(broadcast::channel(1_024).0)
    }
}

impl Default for MemoryFanout {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryFanout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryFanout(..)")
    }
}

#[async_trait]
impl Fanout for MemoryFanout {
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError> {
        // An error says that nobody listens.
        let _ = self.0.send(changes.to_vec());
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError> {
        Ok(Box::new(self.0.subscribe()))
    }
}

#[async_trait]
impl Subscription for broadcast::Receiver<Vec<Change>> {
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError> {
        self.recv().await.map_err(ClusterError::new)
    }
}

/// Counters of one process. Clones share them.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::cluster::{Counters as _, MemoryCounters};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let attempts = MemoryCounters::new();
/// attempts.add("login:203.0.113.7", 1, Duration::from_mins(1)).await?;
/// let count = attempts.add("login:203.0.113.7", 1, Duration::from_mins(1)).await?;
/// assert_eq!(count.value, 2); // in the minute that began with the first
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryCounters(Arc<Mutex<Living>>);

/// Longer windows end here: a century is as good as for ever, and can be added to any time.
const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);

#[derive(Default)]
struct Living {
    counters: HashMap<Box<str>, (u64, Instant)>,
    /// How many there may be before those that have expired are looked for.
    swept_at: usize,
}

impl MemoryCounters {
    /// No counters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemoryCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryCounters(..)")
    }
}

impl Living {
    fn add(&mut self, key: &str, by: u32, window: Duration, now: Instant) -> Count {
        // Expired ones are removed when as many again have been added: seldom, and memory stays within twice the living.
        if self.counters.len() > self.swept_at {
            self.counters.retain(|_, (_, end)| *end > now);
            self.swept_at = (self.counters.len() * 2).max(1_024);
        }
        let (value, end) = self.counters.entry(key.into()).or_insert((0, now + window));
        if *end <= now {
            (*value, *end) = (0, now + window);
        }
        *value += u64::from(by);
        Count { value: *value, expires_in: *end - now }
    }
}

#[async_trait]
impl Counters for MemoryCounters {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        let mut living = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(living.add(key, by, window.min(LONGEST), Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(1);

    #[test]
    fn a_counter_lives_for_its_window_and_begins_again() {
        let (mut living, begun) = (Living::default(), Instant::now());
        let add = |living: &mut Living, later| living.add("a", 2, WINDOW, begun + Duration::from_secs(later));
        assert_eq!(add(&mut living, 0), Count { value: 2, expires_in: WINDOW });
        assert_eq!(add(&mut living, 59), Count { value: 4, expires_in: Duration::from_secs(1) });
        assert_eq!(add(&mut living, 60), Count { value: 2, expires_in: WINDOW });
    }

    #[test]
    fn what_has_expired_takes_no_memory_for_long() {
        let (mut living, begun) = (Living::default(), Instant::now());
        for n in 0..100_000_u32 {
            living.add(&n.to_string(), 1, Duration::from_millis(100), begun + Duration::from_millis(n.into()));
        }
        assert!(living.counters.len() <= 2_048, "{} counters of which 100 live", living.counters.len());
    }
}
