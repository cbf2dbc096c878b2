//! The limits of one `Auth`.

use std::sync::Arc;
use std::time::Duration;

use super::bucket::Bucket;
use super::keys::{Hasher, Who};
use super::quota::Quota;
use super::settings::{By, Counted, Limited, RateLimits};
use super::table::Table;
use super::ticks::Ticks;
use crate::base::Clock;

/// The events of one limit and key are at least this far apart.
const NOTICE: Quota = Quota::per_hour(1);

/// A used up limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttled {
    /// The name of the [operation](Limited::name).
    pub operation: &'static str,
    /// What the limit counts by.
    pub by: By,
    /// The quota.
    pub quota: Quota,
    /// The time until one more is allowed.
    pub retry_after: Duration,
}

/// The limits of the operations.
pub(crate) struct Limits {
    buckets: Vec<Option<Bucket>>,
    notices: Bucket,
    hasher: Hasher,
}

impl Limits {
    pub(crate) fn new(limits: &RateLimits, clock: &Arc<dyn Clock>) -> Self {
        let (table, ticks) = (Arc::new(Table::new()), Ticks::of(Arc::clone(clock)));
        let bucket = |quota| Bucket::new(quota, &table, &ticks);
        let mut buckets = Vec::new();
        for operation in Limited::ALL {
            for counted in [Counted::Attempts, Counted::Failures] {
                buckets.extend(By::ALL.map(|by| limits.quota(operation, counted, by).map(bucket)));
            }
        }
        Self { buckets, notices: bucket(NOTICE), hasher: Hasher::default() }
    }

    /// Counts an attempt, unless a limit is used up. Of an account at a known `device` its own limit counts.
    pub(crate) fn attempt(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        for by in applying(is_known) {
            self.charge(operation, Counted::Attempts, by, who)?;
        }
        Ok(())
    }

    /// Whether a limit of failures is used up.
    pub(crate) fn may_fail(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        for by in applying(is_known) {
            if let Some((bucket, key)) = self.bucket(operation, Counted::Failures, by, who) {
                bucket.peek(key).map_err(throttled(operation, by, bucket))?;
            }
        }
        Ok(())
    }

    /// Counts a failure; an error if a limit was used up before it.
    pub(crate) fn failed(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        let mut outcome = Ok(());
        for by in applying(is_known) {
            outcome = outcome.and(self.charge(operation, Counted::Failures, by, who));
        }
        outcome
    }

    /// Whether an event is due for this used up limit.
    pub(crate) fn is_news(&self, throttled: &Throttled, who: &Who) -> bool {
        let Throttled { operation, by, .. } = *throttled;
        self.notices.charge(self.hasher.hash(("notice", operation, by, who.by(by)))).is_ok()
    }

    fn charge(&self, operation: Limited, counted: Counted, by: By, who: &Who) -> Result<(), Throttled> {
        match self.bucket(operation, counted, by, who) {
            Some((bucket, key)) => bucket.charge(key).map_err(throttled(operation, by, bucket)),
            None => Ok(()),
        }
    }

    fn bucket(&self, operation: Limited, counted: Counted, by: By, who: &Who) -> Option<(&Bucket, u64)> {
        let number = (operation as usize * 2 + counted as usize) * By::ALL.len() + by as usize;
        let bucket = self.buckets.get(number)?.as_ref()?;
        Some((bucket, self.hasher.hash((number, who.by(by)?))))
    }
}

fn throttled(operation: Limited, by: By, bucket: &Bucket) -> impl Fn(Duration) -> Throttled {
    let (operation, quota) = (operation.name(), bucket.quota);
    move |retry_after| Throttled { operation, by, quota, retry_after }
}

/// The limits that apply, in this order: an address that has used up its own does not use those of others.
fn applying(is_known: bool) -> impl Iterator<Item = By> {
    let by: &[By] = if is_known { &[By::Address, By::Device] } else { &[By::Address, By::Account, By::Global] };
    by.iter().copied()
}
