//! Limits that all nodes count together.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::keys::Key;
use super::quota::Quota;
use crate::cache::{ClusterError, Counters};

/// The time that an operation waits for the counters.
const PATIENCE: Duration = Duration::from_millis(500);

/// The time without questions after counters that did not answer: not every login waits for them.
const PAUSE: Duration = Duration::from_secs(1);

/// Counters of all nodes. While they do not answer, each node's own limits remain.
pub(super) struct Shared {
    counters: Arc<dyn Counters>,
    failed_at: Mutex<Option<Instant>>,
}

impl Shared {
    pub(super) fn new(counters: Arc<dyn Counters>) -> Self {
        Self { counters, failed_at: Mutex::new(None) }
    }

    /// Counts `calls`, or with 0 looks whether any are left; the error is the time until then. The quota is that of a window
    /// in which it refills.
    pub(super) async fn count(&self, limit: &str, quota: Quota, key: Key<'_>, calls: u32) -> Result<(), Duration> {
        if self.is_paused() {
            return Ok(());
        }
        let count = timeout(PATIENCE, self.counters.add(&name(limit, key), calls, quota.refill())).await;
        let count = match count.unwrap_or_else(|late| Err(ClusterError::new(late))) {
            Ok(count) => count,
            Err(error) => {
                self.pause(&error);
                return Ok(());
            }
        };
        self.answered();
        if count.value.saturating_add(u64::from(calls == 0)) <= u64::from(quota.at_once()) {
            return Ok(());
        }
        Err(count.expires_in)
    }

    /// Takes back a call. One that stays counted makes the limit smaller until the counter expires.
    pub(super) async fn take_back(&self, limit: &str, key: Key<'_>) {
        if self.is_paused() {
            return;
        }
        let taken_back = timeout(PATIENCE, self.counters.take_back(&name(limit, key), 1)).await;
        match taken_back.unwrap_or_else(|late| Err(ClusterError::new(late))) {
            Ok(()) => self.answered(),
            Err(error) => self.pause(&error),
        }
    }

    fn is_paused(&self) -> bool {
        self.failed_at().is_some_and(|at| at.elapsed() < PAUSE)
    }

    fn pause(&self, error: &ClusterError) {
        if self.failed_at().replace(Instant::now()).is_none() {
            tracing::warn!(target: "auth", %error, "the shared rate limits do not answer; each node applies its own");
        }
    }

    fn answered(&self) {
        if self.failed_at().take().is_some() {
            tracing::info!(target: "auth", "the shared rate limits answer again");
        }
    }

    fn failed_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a counter.
fn name(limit: &str, key: Key<'_>) -> String {
    format!("limit:{limit}:{}", key.digest())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::cache::Count;

    /// Counts the questions, and answers none.
    struct Away(AtomicU32);

    #[async_trait]
    impl Counters for Away {
        async fn add(&self, _: &str, _: u32, _: Duration) -> Result<Count, ClusterError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(ClusterError::new("away"))
        }
    }

    #[tokio::test]
    async fn counters_that_do_not_answer_are_not_asked_at_each_call() {
        let away = Arc::new(Away(AtomicU32::new(0)));
        let shared = Shared::new(Arc::clone(&away) as _);
        for _ in 0..100 {
            assert_eq!(shared.count("login", Quota::per_minute(1), Key::UNKNOWN, 1).await, Ok(()));
        }
        let asked = away.0.load(Ordering::Relaxed);
        assert!((1..100).contains(&asked), "{asked} questions");
    }
}
