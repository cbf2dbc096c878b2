//! Removing what has expired.

use async_trait::async_trait;

use super::StoreError;
use crate::base::Timestamp;

/// A store that can be rid of what has expired. Nothing depends on it but the store's size: what has expired is refused
/// whether it is still there or not.
///
/// [`PurgeTask`](crate::PurgeTask) calls it in the background.
///
/// # Errors
///
/// [`StoreError`] when the store did not answer; what was removed until then is gone.
///
/// ```
/// use auth_core::Timestamp;
/// use auth_core::store::{Housekeeping as _, MemoryStore};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let removed = MemoryStore::new().purge_expired(Timestamp::from_secs(0), 1_000).await?;
/// assert_eq!(removed, 0);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Housekeeping: Send + Sync + 'static {
    /// Removes at most `limit` rows of sessions, refresh tokens and API keys that expired at `before` or earlier, in one
    /// short step, and returns how many. A result below `limit` says that nothing is left to remove.
    ///
    /// A `before` that lies some days back keeps expired API keys in their owner's list for that long.
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
