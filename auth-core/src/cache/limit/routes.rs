//! Limits of handlers, whose quotas are known when they are first called.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::bucket::Bucket;
use super::limits::Route;
use super::quota::Quota;
use super::ticks::Ticks;

/// One bucket for each limit of a handler. Functions within functions may have the module, name and number of another.
pub(super) struct Routes {
    buckets: Mutex<HashMap<(Route, Quota), Arc<Bucket>>>,
    ticks: Ticks,
}

impl Routes {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self { buckets: Mutex::default(), ticks }
    }

    pub(super) fn bucket(&self, route: Route, quota: Quota) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Bucket::new(quota, &self.ticks));
        Arc::clone(buckets.entry((route, quota)).or_insert_with(new))
    }
}
