//! The limits of one `Auth`.

use std::sync::Arc;
use std::time::Duration;

use super::bucket::Bucket;
use super::keys::{Hasher, Key, Who};
use super::quota::Quota;
use super::routes::Routes;
use super::settings::{By, Counted, Limited, RateLimits};
use super::shared::Shared;
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
        let ticks = Ticks::of(Arc::clone(clock));
        let bucket = |quota| Bucket::new(quota, &ticks);
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

    /// Counts an attempt by its address, unless that limit is used up. It comes before the question whether the device is a
    /// known one, which the store answers.
    pub(crate) async fn attempt_of_address(&self, operation: Limited, who: &Who) -> Result<(), Throttled> {
        self.charge(operation, Counted::Attempts, By::Address, who)?;
        self.on_all_nodes((operation, Counted::Attempts, By::Address), who, 1).await
    }

    /// Counts an attempt by what [`attempt_of_address`](Self::attempt_of_address) leaves, unless a limit is used up. At a
    /// known device the limits of its account do not apply.
    pub(crate) async fn attempt(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        let others = || applying(is_known).filter(|by| *by != By::Address);
        for by in others() {
            self.charge(operation, Counted::Attempts, by, who)?;
        }
        for by in others() {
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

    /// Counts a failure; an error if a limit was used up before it, which answers the failure as a success.
    pub(crate) async fn failed(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        self.failed_here(operation, who, is_known)?;
        for by in applying(is_known) {
            self.on_all_nodes((operation, Counted::Failures, by), who, 1).await?;
        }
        Ok(())
    }

    /// As [`failed`](Self::failed), on this node.
    pub(crate) fn failed_here(&self, operation: Limited, who: &Who, is_known: bool) -> Result<(), Throttled> {
        applying(is_known).try_for_each(|by| self.charge(operation, Counted::Failures, by, who))
    }

    /// Takes back what [`failed`](Self::failed) has counted.
    pub(crate) async fn take_back(&self, operation: Limited, who: &Who, is_known: bool) {
        for by in applying(is_known) {
            let Some((bucket, key)) = self.bucket(operation, Counted::Failures, by, who) else { continue };
            bucket.take_back(key);
            if let (Some(shared), Some(key)) = (&self.shared, who.by(by)) {
                shared.take_back(&name(operation, Counted::Failures, by), key).await;
            }
        }
    }

    /// Whether known devices are exempt from the limits of their account and of all clients: not if they would then have no
    /// limit in place of that of the account.
    pub(crate) fn exempts_devices(&self, operation: Limited) -> bool {
        // Messages have no failures.
        let counted = if operation == Limited::Message { Counted::Attempts } else { Counted::Failures };
        let has_limit = |by| self.bucket_of(operation, counted, by).is_some();
        has_limit(By::Device) || !has_limit(By::Account)
    }

    /// Counts a call of a handler. A client without an address shares a limit with all others.
    pub(crate) async fn route(&self, route: Route, by: By, quota: Quota, who: &Who) -> Result<(), Throttled> {
        let Some(routes) = &self.routes else { return Ok(()) };
        let (module, name, number) = route;
        let key = who.by(by).unwrap_or(Key::UNKNOWN);
        let used_up = |retry_after| Throttled { operation: name, by, quota, retry_after };
        routes.bucket(route, quota).charge(self.hasher.hash(key)).map_err(used_up)?;
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
                let name = name(operation, counted, by);
                shared.count(&name, bucket.quota, key, calls).await.map_err(throttled(operation, by, bucket))
            }
            _ => Ok(()),
        }
    }

    fn bucket(&self, operation: Limited, counted: Counted, by: By, who: &Who) -> Option<(&Bucket, u64)> {
        let bucket = self.bucket_of(operation, counted, by)?;
        Some((bucket, self.hasher.hash(who.by(by)?)))
    }

    fn bucket_of(&self, operation: Limited, counted: Counted, by: By) -> Option<&Bucket> {
        let number = (operation as usize * 2 + counted as usize) * By::ALL.len() + by as usize;
        self.buckets.get(number)?.as_ref()
    }
}

/// The name of a limit among the shared counters.
fn name(operation: Limited, counted: Counted, by: By) -> String {
    format!("{}:{}:{}", operation.name(), counted.name(), by.name())
}

fn throttled(operation: Limited, by: By, bucket: &Bucket) -> impl Fn(Duration) -> Throttled {
    let (operation, quota) = (operation.name(), bucket.quota);
    move |retry_after| Throttled { operation, by, quota, retry_after }
}

/// The limits that count a call, in this order, up to one that is used up: an address that has used up its own does not
/// use those of others, and no more names get a counter than all clients together may send.
fn applying(is_known: bool) -> impl Iterator<Item = By> {
    let by: &[By] = if is_known { &[By::Address, By::Device] } else { &[By::Address, By::Global, By::Account] };
    by.iter().copied()
}

/// The limits that refuse a call.
fn looked_at(is_known: bool) -> impl Iterator<Item = By> {
    let by: &[By] =
        if is_known { &[By::Address, By::Device] } else { &[By::Address, By::Device, By::Account, By::Global] };
    by.iter().copied()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::super::bucket::tests::Set;
    use super::*;

    fn limits(limits: &RateLimits) -> (Limits, Arc<Set>) {
        let clock = Arc::new(Set(AtomicI64::new(1_800_000_000_000)));
        let as_clock: Arc<dyn Clock> = Arc::clone(&clock) as _;
        (Limits::new(limits, &as_clock, None), clock)
    }

    fn who(address: Option<&str>, account: &str) -> Who {
        Who::new(address.map(|address| address.parse().unwrap()), Some(account))
    }

    #[tokio::test]
    async fn a_flood_of_one_operation_uses_no_limit_of_another() {
        let unbounded = Quota::per_second(u32::MAX);
        for quotas in [
            RateLimits::new(),
            // Every counter of the table is used up for an hour.
            RateLimits::new().attempts(Limited::Registration, By::Global, unbounded).attempts(
                Limited::Registration,
                By::Account,
                Quota::per_hour(1),
            ),
        ] {
            let (limits, _) = limits(&quotas);
            // Twice as many names as the table of a limit has counters.
            for n in 0..262_144 {
                let name = who(None, &format!("{n}@example.com"));
                let _ = limits.attempt(Limited::Registration, &name, false).await;
            }
            let home = Some("192.0.2.7");
            for n in 0..1_000 {
                let fresh = who(home, &format!("user-{n}@example.com"));
                for operation in Limited::ALL.into_iter().filter(|operation| *operation != Limited::Registration) {
                    for is_known in [false, true] {
                        assert_eq!(limits.may_fail(operation, &fresh, is_known).await, Ok(()), "{operation:?} {n}");
                    }
                }
                assert_eq!(limits.attempt(Limited::Message, &who(None, &n.to_string()), false).await, Ok(()), "{n}");
            }
        }
    }

    #[tokio::test]
    async fn a_call_beyond_the_limit_of_all_clients_does_not_use_that_of_its_account() {
        let quotas = RateLimits::off()
            .attempts(Limited::Message, By::Global, Quota::per_minute(1))
            .attempts(Limited::Message, By::Account, Quota::per_hour(1))
            .failures(Limited::Login, By::Global, Quota::per_minute(1))
            .failures(Limited::Login, By::Account, Quota::per_hour(1));
        let (limits, clock) = limits(&quotas);
        let (ada, bob) = (who(None, "ada@example.com"), who(None, "bob@example.com"));
        for round in 0..2 {
            let message = limits.attempt(Limited::Message, if round == 0 { &ada } else { &bob }, false).await;
            let login = limits.failed(Limited::Login, if round == 0 { &ada } else { &bob }, false).await;
            assert_eq!((message, login), (Ok(()), Ok(())), "{round}");
            let message = limits.attempt(Limited::Message, &bob, false).await.unwrap_err();
            let login = limits.failed(Limited::Login, &bob, false).await.unwrap_err();
            assert_eq!((message.by, login.by), (By::Global, By::Global));
            clock.advance(Duration::from_mins(1));
        }
    }

    #[tokio::test]
    async fn a_handler_does_not_use_the_limit_of_another() {
        let (limits, _) = limits(&RateLimits::new());
        let quota = Quota::per_hour(1);
        for n in 0..200_000 {
            let _ = limits.route(("app", "search", 0), By::Account, quota, &who(None, &n.to_string())).await;
        }
        for route in [("app", "export", 0), ("app", "search", 1), ("other", "search", 0)] {
            for n in 0..100 {
                let caller = who(None, &n.to_string());
                assert_eq!(limits.route(route, By::Account, quota, &caller).await, Ok(()), "{route:?} {n}");
            }
        }
    }
}
