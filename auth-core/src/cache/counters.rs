//! Counters shared by all nodes, for rate limits.

use std::time::Duration;

use async_trait::async_trait;

use super::ClusterError;

/// Counters that expire a fixed time after their first increment, for rate limits.
///
/// # Errors
///
/// [`ClusterError`] if the backend is unavailable. The limits of
/// [`AuthBuilder::shared_limits`](crate::AuthBuilder::shared_limits) are then those of each node by itself. A limit without
/// a local one must refuse.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::cluster::{ClusterError, Counters};
///
/// async fn is_allowed(counters: &dyn Counters, client: &str) -> Result<bool, ClusterError> {
///     let count = counters.add(&format!("export:{client}"), 1, Duration::from_mins(1)).await?;
///     Ok(count.value <= 10) // in a minute
/// }
/// ```
#[async_trait]
pub trait Counters: Send + Sync + 'static {
    /// Atomically adds `by` to the counter `key` and returns the result. A missing counter starts at zero and expires
    /// after `window`, whatever is added later. Any `window` must be accepted, `Duration::MAX` included. With 0 it returns
    /// the value, and a missing counter stays missing.
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError>;

    /// Atomically takes `by` off the counter `key`, which does not go below zero; a missing counter stays missing, and the
    /// time of expiry stays. A guess of a code counts before its check, and a right one is taken back.
    ///
    /// By default nothing is taken back, so that right codes count as well.
    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        let _ = (key, by);
        Ok(())
    }
}

/// A counter after an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The value.
    pub value: u64,
    /// The time until it expires.
    pub expires_in: Duration,
}
