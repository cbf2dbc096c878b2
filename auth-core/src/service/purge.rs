//! Removing what has expired, in the background.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::base::{Clock, SystemClock};
use crate::store::Housekeeping;

/// Rows removed in one step. A step of this size takes some milliseconds, and a login waits for no more than one.
const BATCH: u32 = 1_000;

/// Between two looks for what has expired.
const EVERY: Duration = Duration::from_mins(1);

/// Between two steps while there is more: half of the time is left to others.
const PAUSE: Duration = Duration::from_millis(20);

/// How long what has expired is kept: a node whose clock is behind must not miss what it still takes for living, and
/// owners see for a day that a key of theirs has expired.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// A task that removes expired sessions, refresh tokens and API keys from a store, in small steps. Dropped, it ends.
///
/// Any number of nodes may run one on the same store. Without one, nothing is let in that should not be; the store only
/// grows.
///
/// ```
/// use auth_core::PurgeTask;
/// use auth_core::store::MemoryStore;
///
/// # #[tokio::main]
/// # async fn main() {
/// let store = MemoryStore::new();
/// let _housekeeper = PurgeTask::start(store.clone());
/// // … serve
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropped, it ends"]
pub struct PurgeTask {
    task: JoinHandle<()>,
}

impl PurgeTask {
    /// Begins at once, and looks every minute.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn start(store: impl Housekeeping) -> Self {
        Self { task: tokio::spawn(run(store)) }
    }

    /// Removes everything that expired a day ago or earlier, in steps with pauses between them, and returns how many rows
    /// that were.
    ///
    /// ```
    /// use auth_core::store::MemoryStore;
    /// use auth_core::{PurgeTask, SystemClock};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// assert_eq!(PurgeTask::sweep(&MemoryStore::new(), &SystemClock).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`](crate::store::StoreError) when the store does not answer; what was removed until then is gone.
    pub async fn sweep(store: &impl Housekeeping, clock: &impl Clock) -> Result<u64, crate::store::StoreError> {
        let before = clock.now().before(KEPT_FOR);
        let mut removed = 0;
        loop {
            let batch = store.purge_expired(before, BATCH).await?;
            removed += batch;
            if batch < u64::from(BATCH) {
                return Ok(removed);
            }
            sleep(PAUSE).await;
        }
    }
}

impl Drop for PurgeTask {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(store: impl Housekeeping) {
    loop {
        match PurgeTask::sweep(&store, &SystemClock).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(target: "auth", removed, "expired rows removed"),
            Err(error) => tracing::warn!(target: "auth", %error, "expired rows are kept for now"),
        }
        sleep(EVERY).await;
    }
}
