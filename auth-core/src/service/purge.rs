//! Background removal of expired rows.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::audit::Retention;
use crate::base::{Clock, SystemClock};
use crate::store::Housekeeping;

/// Rows per step. A step of this size takes a few milliseconds, and a login waits for at most one.
pub(super) const BATCH: u32 = 1_000;

/// The interval between sweeps.
const EVERY: Duration = Duration::from_mins(1);

/// The pause between two steps of a sweep, which leaves about half of the time to other writers.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// How long expired rows are kept: a node whose clock is behind may still consider them valid, and owners see expired
/// API keys for a day.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// A task that removes expired sessions, refresh tokens and API keys from a store, in small steps, until it is dropped.
///
/// Any number of nodes may run one on the same store. Without one, expired rows are still refused, but the store grows.
/// An `Auth` that [`Auth::from_settings`](crate::Auth::from_settings) began runs one for the store of
/// [`AuthBuilder::store`](crate::AuthBuilder::store).
///
/// ```
/// use auth_core::PurgeTask;
/// use auth_core::store::MemoryStore;
///
/// # #[tokio::main]
/// # async fn main() {
/// let store = MemoryStore::new();
/// let _purge = PurgeTask::start(store.clone());
/// // … serve
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the task ends when this is dropped"]
pub struct PurgeTask {
    task: JoinHandle<()>,
}

impl PurgeTask {
    /// Starts the task: it sweeps at once, then every minute.
    ///
    /// # Panics
    ///
    /// When called outside a Tokio runtime.
    pub fn start(store: impl Housekeeping) -> Self {
        Self::of(Arc::new(store), Arc::new(SystemClock), None)
    }

    pub(super) fn of(store: Arc<dyn Housekeeping>, clock: Arc<dyn Clock>, retention: Option<Retention>) -> Self {
        Self { task: tokio::spawn(run(store, clock, retention)) }
    }

    /// Removes everything that expired at least a day ago, in steps with pauses between them, and returns the number of
    /// rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`](crate::store::StoreError) when the store does not answer; completed steps are not undone.
    pub async fn sweep(store: &dyn Housekeeping, clock: &dyn Clock) -> Result<u64, crate::store::StoreError> {
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

async fn run(store: Arc<dyn Housekeeping>, clock: Arc<dyn Clock>, retention: Option<Retention>) {
    loop {
        if let Some(retention) = &retention
            && let Err(error) = retention.sweep(clock.now()).await
        {
            tracing::warn!(target: "auth", %error, "cannot remove old events; will retry");
        }
        match PurgeTask::sweep(&*store, &*clock).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(target: "auth", removed, "expired rows removed"),
            Err(error) => tracing::warn!(target: "auth", %error, "cannot remove expired rows; will retry"),
        }
        sleep(EVERY).await;
    }
}
