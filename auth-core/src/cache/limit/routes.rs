//! Limits of handlers, whose quotas are known when they are first called.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::bucket::Bucket;
use super::quota::Quota;
use super::table::Table;
use super::ticks::Ticks;

/// One bucket for each quota, with a table of its own: the times in a table begin when its buckets are made.
pub(super) struct Routes {
    buckets: Mutex<HashMap<Quota, Arc<Bucket>>>,
    ticks: Ticks,
}

impl Routes {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self { buckets: Mutex::default(), ticks }
    }

    pub(super) fn bucket(&self, quota: Quota) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Bucket::new(quota, &Arc::new(Table::new()), &self.ticks));
        Arc::clone(buckets.entry(quota).or_insert_with(new))
    }
}
