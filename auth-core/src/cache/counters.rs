//! Counters that all nodes share.

use std::time::Duration;

use async_trait::async_trait;

use super::ClusterError;

/// Counters that start at zero and vanish some time after their first increment: what limits on rates are made of.
///
/// # Errors
///
/// [`ClusterError`] when the engine did not answer. A limit that cannot be counted must refuse.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::cluster::{ClusterError, Counters};
///
/// /// Whether this is one of the first ten within a minute. A counter that does not answer allows nothing.
/// async fn is_allowed(counters: &dyn Counters, who: &str) -> Result<bool, ClusterError> {
///     let count = counters.add(&format!("export:{who}"), 1, Duration::from_mins(1)).await?;
///     Ok(count.value <= 10)
/// }
/// ```
#[async_trait]
pub trait Counters: Send + Sync + 'static {
    /// Adds `by` to the counter called `key` and returns it, in one atomic step; a counter that is not there begins at
    /// zero and lives for `window`, whatever is added later. A window may be as long as can be written.
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError>;
}

/// A counter after an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Its value.
    pub value: u64,
    /// How long it lives.
    pub expires_in: Duration,
}
