//! The one way to make a change: the write, its effect on guards and its event, in a task that a caller cannot cancel.

#[cfg(feature = "server")]
use std::time::Duration;

use tokio::runtime::Handle;
#[cfg(feature = "server")]
use tokio::time::timeout;

use super::Auth;
#[cfg(feature = "server")]
use super::{AccountError, auth::Service};
#[cfg(feature = "server")]
use crate::base::{Context, SubjectId, Timestamp};
#[cfg(feature = "server")]
use crate::event::{Event, EventKind};
#[cfg(feature = "server")]
use crate::store::StoreError;

/// How long a store may take for one write. The built-in stores give up sooner.
#[cfg(feature = "server")]
const PATIENCE: Duration = Duration::from_secs(10);

/// A change under way: what an operation needs in its own task.
#[cfg(feature = "server")]
pub(crate) struct Change {
    auth: Auth,
    context: Context,
    operation: &'static str,
}

impl Auth {
    /// Runs `work` in a task of its own, and waits for it. A caller that is dropped meanwhile changes nothing: the caches
    /// and the other nodes learn what was changed ([`Coherent`](crate::cache::Coherent)), and the events are recorded.
    #[cfg(feature = "server")]
    pub(crate) async fn change<T, F>(
        &self,
        context: &Context,
        operation: &'static str,
        work: impl FnOnce(Change) -> F,
    ) -> Result<T, AccountError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, AccountError>> + Send + 'static,
    {
        let change = Change { auth: self.clone(), context: context.clone(), operation };
        self.in_task(operation, work(change)).await.unwrap_or(Err(AccountError::Unavailable))
    }

    /// The task of a change; `None` when it panicked, or no runtime runs. [`settled`](Self::settled) waits for it.
    pub(crate) async fn in_task<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let done = match Handle::try_current() {
            Ok(runtime) => runtime.spawn(self.0.changes.track_future(work)).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        done.inspect_err(|error| tracing::error!(target: "auth", %error, operation, "a change broke off")).ok()
    }

    /// Waits until every change that was begun is made and recorded. Call it at the end of a service, when no request is
    /// under way any more: a client that hung up may have left a change behind that still runs.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().build()?;
    /// // axum::serve(listener, app).with_graceful_shutdown(signal).await?;
    /// auth.settled().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn settled(&self) {
        // A tracker waits only while it is closed; tasks can be added all the same.
        self.0.changes.close();
        self.0.changes.wait().await;
    }
}

#[cfg(feature = "server")]
impl Change {
    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }

    pub(crate) fn service(&self) -> Result<&Service, AccountError> {
        self.auth.service()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.auth.now()
    }

    /// Makes one write and records its events, which follow from its outcome.
    ///
    /// A write that fails may have been made all the same; its event says that this is unknown.
    pub(crate) async fn write<T>(
        &self,
        subject: Option<&SubjectId>,
        write: impl Future<Output = Result<T, StoreError>>,
        events: impl Fn(&T) -> Vec<EventKind>,
    ) -> Result<T, AccountError> {
        // The caller may be gone, so nothing but this ends the wait for a store that never answers.
        let outcome = timeout(PATIENCE, write).await.unwrap_or_else(|late| Err(StoreError::unavailable(late)));
        let kinds = match &outcome {
            Ok(done) => events(done),
            Err(_) => {
                vec![EventKind::ChangeUndecided { operation: self.operation.to_owned(), subject: subject.cloned() }]
            }
        };
        for kind in kinds {
            self.auth.verifier().events.deliver(Event::new(&self.context, self.now(), kind)).await;
        }
        Ok(outcome?)
    }
}
