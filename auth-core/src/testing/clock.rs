//! A clock that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::base::{Clock, Timestamp};

/// A clock whose time changes only by [`advance`](Self::advance) and [`set`](Self::set). Clones share the time.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::testing::TestClock;
/// use auth_core::{Clock as _, Timestamp};
///
/// let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
/// clock.clone().advance(Duration::from_mins(15));
/// assert_eq!(clock.now().as_secs(), 1_800_000_900);
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that starts at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millis())))
    }

    /// Advances the time.
    pub fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the time, also to an earlier one.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
