//! Removal of expired rows.

use async_trait::async_trait;

use super::StoreError;
use crate::base::Timestamp;

/// A store that removes expired rows, to limit its size. Expired rows are refused whether they were removed or not.
///
/// [`PurgeTask`](crate::PurgeTask) calls it in the background.
///
/// # Errors
///
/// [`StoreError`] when the store does not answer; completed steps are not undone.
#[async_trait]
pub trait Housekeeping: Send + Sync + 'static {
    /// Removes at most `limit` rows of sessions, refresh tokens, API keys, one-time tokens and known devices that expired at `before` or earlier, in
    /// one short step, and returns their number. A result below `limit` means that nothing is left to remove.
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
