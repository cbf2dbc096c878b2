//! One limit: a quota for each of any number of keys.

use std::sync::Arc;
use std::time::Duration;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;

use super::quota::Quota;
use super::table::{Charged, Peeked, Table};
use super::ticks::Ticks;

type Limiter<S> = RateLimiter<u64, S, Ticks, NoOpMiddleware<Duration>>;

/// A quota for each key.
pub(super) struct Bucket {
    pub(super) quota: Quota,
    table: Arc<Table>,
    charged: Limiter<Charged>,
    peeked: Limiter<Peeked>,
}

impl Bucket {
    pub(super) fn new(quota: Quota, ticks: &Ticks) -> Self {
        let table = Arc::new(Table::new());
        Self {
            quota,
            charged: RateLimiter::new(quota.for_governor(), Charged(Arc::clone(&table)), ticks.clone()),
            peeked: RateLimiter::new(quota.for_governor(), Peeked(Arc::clone(&table)), ticks.clone()),
            table,
        }
    }

    /// Uses one of the key's quota; the error is the time until one is left.
    pub(super) fn charge(&self, key: u64) -> Result<(), Duration> {
        self.charged.check_key(&key).map_err(|until| until.wait_time_from(self.charged.clock().now()))
    }

    /// Takes back one use of the key's quota.
    pub(super) fn take_back(&self, key: u64) {
        self.table.take_back(key, u64::try_from(self.quota.interval().as_nanos()).unwrap_or(u64::MAX));
    }

    /// Whether one of the key's quota is left.
    pub(super) fn peek(&self, key: u64) -> Result<(), Duration> {
        self.peeked.check_key(&key).map_err(|until| until.wait_time_from(self.peeked.clock().now()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::base::{Clock, Timestamp};

    pub(in super::super) struct Set(pub(in super::super) AtomicI64);

    impl Set {
        pub(in super::super) fn advance(&self, by: Duration) {
            self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
        }
    }

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn bucket(quota: &str) -> (Bucket, Arc<Set>) {
        let clock = Arc::new(Set(AtomicI64::new(1_800_000_000_000)));
        let ticks = Ticks::of(clock.clone());
        (Bucket::new(quota.parse().unwrap(), &ticks), clock)
    }

    #[test]
    fn a_used_up_quota_refills_evenly_and_peeking_uses_nothing() {
        let (bucket, clock) = bucket("10/m");
        for _ in 0..10 {
            assert_eq!(bucket.peek(7), Ok(()));
            assert_eq!(bucket.charge(7), Ok(()));
        }
        assert_eq!((bucket.peek(7), bucket.charge(7)), (Err(Duration::from_secs(6)), Err(Duration::from_secs(6))));
        assert_eq!(bucket.charge(8), Ok(()), "another key has a quota of its own");
        clock.advance(Duration::from_secs(6));
        assert_eq!((bucket.charge(7), bucket.charge(7)), (Ok(()), Err(Duration::from_secs(6))));
    }

    #[test]
    fn a_use_that_is_taken_back_can_be_used_once_more() {
        let (bucket, _) = bucket("2/h");
        for _ in 0..100 {
            assert_eq!(bucket.charge(7), Ok(()));
            bucket.take_back(7);
        }
        assert_eq!((bucket.charge(7), bucket.charge(7)), (Ok(()), Ok(())));
        assert!(bucket.charge(7).is_err());
        // Of a key without a counter there is nothing to take back.
        bucket.take_back(8);
        assert!(bucket.charge(7).is_err());
    }

    #[test]
    fn a_million_keys_refill_no_limit() {
        let (bucket, clock) = bucket("2/h");
        assert_eq!((bucket.charge(0), bucket.charge(0)), (Ok(()), Ok(())));
        for key in 1..=1_000_000 {
            let _ = bucket.charge(key);
        }
        assert!(bucket.charge(0).is_err(), "its counter was evicted, and its use with it");
        clock.advance(Duration::from_hours(24));
        assert_eq!(bucket.charge(0), Ok(()));
    }
}
