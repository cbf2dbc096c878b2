//! Removing what has expired.

use async_trait::async_trait;

use super::StoreError;
use crate::Timestamp;

/// A store that can be rid of what has expired. Nothing depends on it but the store's size: what has expired is refused
/// whether it is still there or not.
#[async_trait]
pub trait Housekeeping: Send + Sync + 'static {
    /// Removes at most `limit` rows of sessions, refresh tokens and API keys that expired at `before` or earlier, in one
    /// short step, and returns how many. A result below `limit` says that nothing is left to remove.
    ///
    /// A `before` that lies some days back keeps expired API keys in their owner's list for that long.
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
