//! Fan-out and counters within one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::broadcast;

use super::{Change, ClusterError, Count, Counters, Fanout, Subscription};

/// Fan-out between the clones of this value within one process, for tests. [`Fanout`] has an example.
#[derive(Clone)]
pub struct MemoryFanout(broadcast::Sender<Vec<Change>>);

impl MemoryFanout {
    /// Creates a fan-out without subscriptions.
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

redacted_debug!(MemoryFanout);

#[async_trait]
impl Fanout for MemoryFanout {
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError> {
        // The only error is that there are no subscriptions.
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

/// Counters of one process, shared by clones.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::cluster::{ClusterError, Counters as _, MemoryCounters};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), ClusterError> {
/// let attempts = MemoryCounters::new();
/// let count = attempts.add("login:203.0.113.7", 1, Duration::from_mins(1)).await?;
/// assert_eq!(count.value, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryCounters(Arc<Mutex<Table>>);

/// The longest window, a century: an `Instant` cannot hold every longer one.
const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);

#[derive(Default)]
struct Table {
    counters: HashMap<Box<str>, (u64, Instant)>,
    /// The number of counters beyond which expired ones are removed.
    sweep_above: usize,
}

impl MemoryCounters {
    /// Creates an empty set of counters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

redacted_debug!(MemoryCounters);

impl Table {
    fn add(&mut self, key: &str, by: u32, window: Duration, now: Instant) -> Count {
        // Sweeping when the number has doubled is rare, and bounds memory by twice the unexpired counters.
        if self.counters.len() > self.sweep_above {
            self.counters.retain(|_, (_, end)| *end > now);
            self.sweep_above = (self.counters.len() * 2).max(1_024);
        }
        if by == 0 {
            let counter = self.counters.get(key).filter(|(_, end)| *end > now);
            return counter.map_or(Count { value: 0, expires_in: window }, |(value, end)| Count {
                value: *value,
                expires_in: *end - now,
            });
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
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(table.add(key, by, window.min(LONGEST), Instant::now()))
    }

    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, _)) = table.counters.get_mut(key) {
            *value = value.saturating_sub(by.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(1);

    #[test]
    fn a_counter_expires_after_its_window_and_restarts() {
        let (mut table, start) = (Table::default(), Instant::now());
        let add = |table: &mut Table, later| table.add("a", 2, WINDOW, start + Duration::from_secs(later));
        assert_eq!(add(&mut table, 0), Count { value: 2, expires_in: WINDOW });
        assert_eq!(add(&mut table, 59), Count { value: 4, expires_in: Duration::from_secs(1) });
        assert_eq!(add(&mut table, 60), Count { value: 2, expires_in: WINDOW });
    }

    #[test]
    fn expired_counters_are_removed() {
        let (mut table, start) = (Table::default(), Instant::now());
        for n in 0..100_000_u32 {
            table.add(&n.to_string(), 1, Duration::from_millis(100), start + Duration::from_millis(n.into()));
        }
        assert!(table.counters.len() <= 2_048, "{} counters, 100 of them unexpired", table.counters.len());
    }
}
