//! The limits of one `Auth`.

use std::sync::Arc;
use std::time::Duration;

use super::bucket::Bucket;
use super::keys::{Hasher, Key, Who};
use super::quota::Quota;
use super::routes::Routes;
use super::settings::{By, Counted, Limited, RateLimits};
use super::shared::Shared;
use super::table::Table;
use super::ticks::Ticks;
use crate::base::Clock;
use crate::cache::Counters;

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

/// A handler and the number of its limit.
pub(crate) type Route = (&'static str, &'static str, usize);

/// The limits of the operations and of handlers.
pub(crate) struct Limits {
    buckets: Vec<Option<Bucket>>,
    notices: Bucket,
    hasher: Hasher,
    shared: Option<Shared>,
    /// Those of handlers; `None` when limits are off.
    routes: Option<Routes>,
}

impl Limits {
    pub(crate) fn new(limits: &RateLimits, clock: &Arc<dyn Clock>, counters: Option<Arc<dyn Counters>>) -> Self {
        let (table, ticks) = (Arc::new(Table::new()), Ticks::of(Arc::clone(clock)));
        let bucket = |quota| Bucket::new(quota, &table, &ticks);
        let mut buckets = Vec::new();
        for operation in Limited::ALL {
            for counted in [Counted::Attempts, Counted::Failures] {
                buckets.extend(By::ALL.map(|by| limits.quota(operation, counted, by).map(bucket)));
            }
        }
        let (shared, notices) = (counters.map(Shared::new), bucket(NOTICE));
        let routes = (!limits.is_off()).then(|| Routes::new(ticks));
        Self { buckets, notices, hasher: Hasher::default(), shared, routes }
    }

    /// Counts an attempt, unless a limit is used up. At a known device the limits of its account do not apply.
    pub(crate) async fn attempt(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        for by in applying(is_known) {
            self.charge(operation, Counted::Attempts, by, who)?;
        }
        for by in applying(is_known) {
            self.on_all_nodes((operation, Counted::Attempts, by), who, 1).await?;
        }
        Ok(())
    }

    /// Whether a limit of failures is used up. That of the device counts only known ones, so it is looked at in any case.
    pub(crate) async fn may_fail(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        self.may_fail_here(operation, who, is_known)?;
        for by in looked_at(is_known) {
            self.on_all_nodes((operation, Counted::Failures, by), who, 0).await?;
        }
        Ok(())
    }

    /// As [`may_fail`](Self::may_fail), on this node.
    pub(crate) fn may_fail_here(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        for by in looked_at(is_known) {
            if let Some((bucket, key)) = self.bucket(operation, Counted::Failures, by, who) {
                bucket.peek(key).map_err(throttled(operation, by, bucket))?;
            }
        }
        Ok(())
    }

    /// Counts a failure; an error if a limit was used up before it.
    pub(crate) async fn failed(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        let mut outcome = self.failed_here(operation, who, is_known);
        for by in applying(is_known) {
            outcome = outcome.and(self.on_all_nodes((operation, Counted::Failures, by), who, 1).await);
        }
        outcome
    }

    /// As [`failed`](Self::failed), on this node.
    pub(crate) fn failed_here(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        let mut outcome = Ok(());
        for by in applying(is_known) {
            outcome = outcome.and(self.charge(operation, Counted::Failures, by, who));
        }
        outcome
    }

    /// Counts a call of a handler. A client without an address shares a limit with all others.
    pub(crate) async fn route(&self, route: Route, by: By, quota: Quota, who: &Who) -> Result<(), Throttled> {
        let Some(routes) = &self.routes else { return Ok(()) };
        let (module, name, number) = route;
        let key = who.by(by).unwrap_or(Key::UNKNOWN);
        let used_up = |retry_after| Throttled { operation: name, by, quota, retry_after };
        routes.bucket(quota).charge(self.hasher.hash((route, key))).map_err(used_up)?;
        match &self.shared {
            Some(shared) => {
                let limit = format!("{module}::{name}:{number}:{}", by.name());
                shared.count(&limit, quota, key, 1).await.map_err(used_up)
            }
            None => Ok(()),
        }
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

    async fn on_all_nodes(
        &self,
        (operation, counted, by): (Limited, Counted, By),
        who: &Who,
        calls: u32,
    ) -> Result<(), Throttled> {
        let Some(shared) = &self.shared else { return Ok(()) };
        match (self.bucket(operation, counted, by, who), who.by(by)) {
            (Some((bucket, _)), Some(key)) => {
                let name = format!("{}:{}:{}", operation.name(), counted.name(), by.name());
                shared.count(&name, bucket.quota, key, calls).await.map_err(throttled(operation, by, bucket))
            }
            _ => Ok(()),
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

/// The limits that count a call, in this order: an address that has used up its own does not use those of others.
fn applying(is_known: bool) -> impl Iterator<Item = By> {
    let by: &[By] = if is_known { &[By::Address, By::Device] } else { &[By::Address, By::Account, By::Global] };
    by.iter().copied()
}

/// The limits that refuse a call.
fn looked_at(is_known: bool) -> impl Iterator<Item = By> {
    let by: &[By] =
        if is_known { &[By::Address, By::Device] } else { &[By::Address, By::Device, By::Account, By::Global] };
    by.iter().copied()
}
