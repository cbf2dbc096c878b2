//! Time for limits, which only goes forward.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::{Clock, Timestamp};

/// The longest step. It refills every quota, and a clock that jumps cannot end the time.
const LONGEST_STEP: Duration = Duration::from_hours(366 * 24);

/// The end of the time, so that sums of it and quotas do not overflow.
const END: Duration = Duration::from_nanos(u64::MAX / 2);

/// The time since the first reading of a clock. A clock that is set back counts from where it is set: limits neither
/// stay used up until it has caught up, nor are full at once.
#[derive(Clone)]
pub(super) struct Ticks(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    last: Mutex<(Timestamp, Duration)>,
}

impl Ticks {
    pub(super) fn of(clock: Arc<dyn Clock>) -> Self {
        let last = Mutex::new((clock.now(), Duration::ZERO));
        Self(Arc::new(Inner { clock, last }))
    }

    pub(super) fn elapsed(&self) -> Duration {
        let now = self.0.clock.now();
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, elapsed) = *last;
        let elapsed = (elapsed + now.since(then).min(LONGEST_STEP)).min(END);
        *last = (now, elapsed);
        elapsed
    }
}

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Set(AtomicI64);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn a_clock_set_back_counts_on_and_a_jump_is_a_year_at_most() {
        let clock = Arc::new(Set(AtomicI64::new(10_000)));
        let ticks = Ticks::of(clock.clone());
        for (millis, elapsed) in [(11_000, 1_000), (4_000, 1_000), (6_000, 3_000), (6_000, 3_000)] {
            clock.0.store(millis, Ordering::Relaxed);
            assert_eq!(ticks.elapsed(), Duration::from_millis(elapsed));
        }
        for end in [i64::MAX, i64::MIN].into_iter().cycle().take(10_000) {
            clock.0.store(end, Ordering::Relaxed);
            assert!(ticks.elapsed() <= END);
        }
    }
}
