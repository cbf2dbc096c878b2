//! The caches of this node, and the one place that invalidates them here and on the other nodes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::coherent::CoherentCache;
use super::{Change, ClusterError, Fanout};
use crate::base::{ApiKeyId, SessionId, SubjectId};
use crate::store::{ApiKeyRecord, Session, StoreError, SubjectState};
use crate::token::TokenHash;

/// The capacity of each cache. An entry takes some hundred bytes, most of them a session's identifiers and
/// `User-Agent`.
const ENTRIES: usize = 100_000;

/// The time limit for publishing. The change is committed by then, so the operation succeeds either way.
const PUBLISH_TIMEOUT: Duration = Duration::from_millis(500);

/// The number of changes in a message; backends limit its size (PostgreSQL to 8,000 bytes).
const BATCH: usize = 20;

/// The pause between two attempts to subscribe.
const RETRY: Duration = Duration::from_millis(250);

/// The time limit for subscribing.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Coherence {
    caches: Arc<Caches>,
    fanout: Option<Arc<dyn Fanout>>,
    listener: Option<JoinHandle<()>>,
}

pub(crate) struct Caches {
    pub(crate) subjects: CoherentCache<SubjectId, SubjectState>,
    pub(crate) sessions: CoherentCache<SessionId, Session>,
    pub(crate) api_keys: CoherentCache<ApiKeyId, ApiKeyRecord>,
    /// The ids of imported keys. A key never gets another hash, so only removed keys make an entry stale.
    pub(crate) imported_keys: CoherentCache<TokenHash, ApiKeyId>,
    /// The permissions of each role; none for an unknown one.
    pub(crate) permissions: CoherentCache<Box<str>, Vec<Box<str>>>,
}

impl Caches {
    fn forget(&self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Subject(id) => self.subjects.forget(id),
                Change::Session(id) => self.sessions.forget(id),
                Change::ApiKey(id) => self.api_keys.forget(id),
                Change::Role(name) => self.permissions.forget(name),
                Change::All => self.forget_all(),
            }
        }
    }

    fn forget_all(&self) {
        self.subjects.forget_all();
        self.sessions.forget_all();
        self.api_keys.forget_all();
        self.imported_keys.forget_all();
        self.permissions.forget_all();
    }
}

impl Coherence {
    /// Subscribes to the fan-out, if any. `None` if there is a fan-out but no Tokio runtime.
    pub(crate) fn new(max_age: Duration, fanout: Option<Arc<dyn Fanout>>) -> Option<Self> {
        let caches = Arc::new(Caches {
            subjects: CoherentCache::new("subjects", ENTRIES, max_age),
            sessions: CoherentCache::new("sessions", ENTRIES, max_age),
            api_keys: CoherentCache::new("api_keys", ENTRIES, max_age),
            imported_keys: CoherentCache::new("imported_keys", ENTRIES, max_age),
            permissions: CoherentCache::new("permissions", ENTRIES, max_age),
        });
        let listener = match &fanout {
            None => None,
            Some(fanout) => {
                let listener = listen(Arc::downgrade(&caches), Arc::clone(fanout));
                Some(Handle::try_current().ok()?.spawn(listener))
            }
        };
        Some(Self { caches, fanout, listener })
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.caches
    }

    /// Invalidates the entries of these changes here and on the other nodes.
    pub(crate) async fn changed(&self, changes: &[Change]) {
        self.caches.forget(changes);
        if let Some(fanout) = &self.fanout {
            publish(&**fanout, changes).await;
        }
    }

    /// Makes a change and invalidates its entry on every node, whatever the outcome: a call that failed or was
    /// cancelled may still have made the change.
    pub(crate) async fn write<T>(
        &self,
        change: Change,
        write: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.write_some(vec![change.clone()], write, |_| vec![change]).await
    }

    /// As [`write`](Self::write), for changes known only afterwards: `changes` of a success, `possible` otherwise.
    pub(crate) async fn write_some<T>(
        &self,
        possible: Vec<Change>,
        write: impl Future<Output = Result<T, StoreError>> + Send,
        changes: impl FnOnce(&T) -> Vec<Change>,
    ) -> Result<T, StoreError> {
        let mut pending = Pending { coherence: self, changes: possible };
        let outcome = write.await;
        if let Ok(done) = &outcome {
            pending.changes = changes(done);
        }
        self.changed(&pending.changes).await;
        pending.changes.clear();
        outcome
    }
}

impl Drop for Coherence {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

/// Changes that are not published yet; on cancellation, its drop publishes them.
struct Pending<'a> {
    coherence: &'a Coherence,
    changes: Vec<Change>,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if self.changes.is_empty() {
            return;
        }
        let changes = std::mem::take(&mut self.changes);
        self.coherence.caches.forget(&changes);
        if let (Some(fanout), Ok(runtime)) = (&self.coherence.fanout, Handle::try_current()) {
            let fanout = Arc::clone(fanout);
            runtime.spawn(async move { publish(&*fanout, &changes).await });
        }
    }
}

async fn publish(fanout: &dyn Fanout, changes: &[Change]) {
    for batch in changes.chunks(BATCH) {
        let published = timeout(PUBLISH_TIMEOUT, fanout.publish(batch)).await;
        if let Err(error) = published.unwrap_or_else(|late| Err(ClusterError::new(late))) {
            tracing::warn!(target: "auth", %error, "could not publish a change: other nodes see it when their cached entries expire");
            return;
        }
    }
}

/// Invalidates entries for the changes of other nodes, until the caches are dropped.
async fn listen(caches: Weak<Caches>, fanout: Arc<dyn Fanout>) {
    let mut is_lost = false;
    loop {
        let subscribed = timeout(SUBSCRIBE_TIMEOUT, fanout.subscribe()).await;
        let lost = match subscribed.unwrap_or_else(|late| Err(ClusterError::new(late))) {
            Err(error) => error,
            Ok(mut subscription) => {
                if is_lost {
                    tracing::info!(target: "auth", "subscribed again to changes of other nodes");
                }
                is_lost = false;
                // Changes published before the subscription are lost.
                let Some(known) = caches.upgrade() else { return };
                known.forget_all();
                drop(known);
                loop {
                    match subscription.next().await {
                        Err(error) => break error,
                        Ok(changes) => {
                            let Some(caches) = caches.upgrade() else { return };
                            caches.forget(&changes);
                            tracing::debug!(target: "auth", ?changes, "invalidated by another node");
                        }
                    }
                }
            }
        };
        if !is_lost {
            tracing::warn!(target: "auth", error = %lost, "no subscription to changes of other nodes; cached entries expire by age");
        }
        is_lost = true;
        sleep(RETRY).await;
    }
}
