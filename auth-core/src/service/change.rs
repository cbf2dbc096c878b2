//! The single path for changes: the write, its cache invalidation and its event, in a task that a caller cannot cancel.

#[cfg(feature = "server")]
use std::panic::AssertUnwindSafe;
#[cfg(feature = "server")]
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(feature = "server")]
use std::time::Duration;

#[cfg(feature = "server")]
use futures_util::FutureExt as _;
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
use crate::store::{Audit, AuditRow, Outcome as AuditOutcome, StoreError};

/// The time limit of one write. The built-in stores have shorter ones.
#[cfg(feature = "server")]
const PATIENCE: Duration = Duration::from_secs(10);

/// Sessions or API keys in one step of a change that removes any number of them: other writers wait for one step.
#[cfg(feature = "server")]
pub(crate) const BATCH: u32 = 50;

/// A change in progress: what an operation needs in its own task.
#[cfg(feature = "server")]
pub(crate) struct Change {
    auth: Auth,
    context: Context,
    operation: &'static str,
}

impl Auth {
    /// Runs `work` in a task of its own and waits for it. If the caller is dropped, the task still runs to its end:
    /// caches and other nodes are invalidated ([`Coherent`](crate::cache::Coherent)), and events are recorded.
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
        self.change_by(context, operation, work).await
    }

    /// As [`change`](Self::change), with errors of the application.
    #[cfg(feature = "server")]
    pub(crate) async fn change_by<T, E, F>(
        &self,
        context: &Context,
        operation: &'static str,
        work: impl FnOnce(Change) -> F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<AccountError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let change = Change { auth: self.clone(), context: context.clone(), operation };
        self.in_task(operation, work(change)).await.unwrap_or_else(|| Err(AccountError::Unavailable.into()))
    }

    /// Runs a change of its own task without waiting for it. Its error is logged.
    #[cfg(feature = "server")]
    pub(crate) fn change_later<F>(
        &self,
        context: &Context,
        operation: &'static str,
        work: impl FnOnce(Change) -> F,
    ) -> Result<(), AccountError>
    where
        F: Future<Output = Result<(), AccountError>> + Send + 'static,
    {
        let change = Change { auth: self.clone(), context: context.clone(), operation };
        let work = work(change);
        let logged = async move {
            if let Err(error) = work.await {
                tracing::error!(target: "auth", %error, operation, "a change after the answer failed");
            }
        };
        let runtime = Handle::try_current().map_err(|error| {
            tracing::error!(target: "auth", %error, operation, "a change was aborted");
            AccountError::Unavailable
        })?;
        runtime.spawn(self.0.changes.track_future(logged));
        Ok(())
    }

    /// The task of a change; `None` when it panicked or there is no runtime. [`settled`](Self::settled) waits for it.
    pub(crate) async fn in_task<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let done = match Handle::try_current() {
            Ok(runtime) => runtime.spawn(self.0.changes.track_future(work)).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        done.inspect_err(|error| tracing::error!(target: "auth", %error, operation, "a change was aborted")).ok()
    }

    /// Waits until every change in progress is finished and recorded, and the audit trail has a row of every event that it
    /// records. Call it at shutdown, after the last request: a client that disconnected may have left a running change
    /// behind.
    pub async fn settled(&self) {
        // `wait` returns only on a closed tracker; a closed tracker still accepts tasks.
        self.0.changes.close();
        self.0.changes.wait().await;
    }
}

#[cfg(feature = "server")]
impl Change {
    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Fails when the caller is no longer what its guard saw. For changes that give or take rights, and not for those
    /// that only revoke.
    pub(crate) async fn check_caller(&self) -> Result<(), AccountError> {
        let stands = self.auth.verifier().still_stands(&self.context).await?;
        if stands { Ok(()) } else { Err(AccountError::CallerChanged) }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn service(&self) -> Result<&Service, AccountError> {
        self.auth.service()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.auth.now()
    }

    /// Starts the record of one write: the events that follow from its outcome.
    pub(crate) fn recording<'c, T>(
        &'c self,
        subject: Option<&SubjectId>,
        events: impl Fn(&T) -> Vec<EventKind> + Send + Sync + 'c,
    ) -> Recording<'c, T> {
        let made = Arc::new(Mutex::new(None));
        let make = Arc::new(move |outcome: &T| -> Vec<Event> {
            events(outcome).into_iter().map(|kind| self.event(kind)).collect()
        });
        let rows = {
            let (made, make) = (Arc::clone(&made), Arc::clone(&make));
            // A store that retries its transaction calls this again; the last call counts.
            move |outcome: &T| {
                let events = make(outcome);
                let rows = events.iter().map(Event::row).collect();
                *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(events);
                rows
            }
        };
        Recording { change: self, subject: subject.cloned(), make, made, rows: Box::new(rows) }
    }

    /// As [`recording`](Self::recording), of one event if the store says that it has been done.
    pub(crate) fn recording_if<'c>(
        &'c self,
        subject: Option<&SubjectId>,
        event: impl Fn() -> EventKind + Send + Sync + 'c,
    ) -> Recording<'c, bool> {
        self.recording(subject, move |is_done: &bool| is_done.then(&event).into_iter().collect())
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(&self.context, self.now(), kind)
    }

    /// The event of a write that may have been made.
    pub(super) fn undecided(&self, subject: Option<SubjectId>) -> Event {
        self.event(EventKind::ChangeUndecided { operation: self.operation.to_owned(), subject })
    }
}

/// The answer of a store or of the application to a write. The caller may be gone, so only this ends the wait for one that
/// never comes; and after a panic the write may have been made as well.
#[cfg(feature = "server")]
pub(super) async fn answered<T>(write: impl Future<Output = T>) -> Result<T, StoreError> {
    match AssertUnwindSafe(timeout(PATIENCE, write)).catch_unwind().await {
        Ok(answer) => answer.map_err(StoreError::unavailable),
        Err(_) => Err(StoreError::unavailable("the write panicked")),
    }
}

/// What an outcome makes of events or rows.
#[cfg(feature = "server")]
type Of<'c, T, R> = dyn Fn(&T) -> Vec<R> + Send + Sync + 'c;

/// The record of one write.
#[cfg(feature = "server")]
pub(crate) struct Recording<'c, T> {
    change: &'c Change,
    subject: Option<SubjectId>,
    make: Arc<Of<'c, T, Event>>,
    /// The events whose rows the store requested.
    made: Arc<Mutex<Option<Vec<Event>>>>,
    rows: Box<Of<'c, T, AuditRow>>,
}

#[cfg(feature = "server")]
impl<T: AuditOutcome> Recording<'_, T> {
    /// The audit rows for the transaction of the change.
    pub(crate) fn audit(&self) -> Audit<'_, T> {
        Audit::new(&*self.rows).with_key(self.change.auth.audit_key())
    }

    /// Awaits the write and sends its events to the sink.
    ///
    /// A failed write may have been made all the same; its event says that the outcome is unknown.
    pub(crate) async fn of(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, AccountError> {
        let outcome = answered(write).await.flatten();
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        let is_written = made.is_some() && outcome.is_ok();
        let events = match &outcome {
            Ok(done) => made.unwrap_or_else(|| (self.make)(done)),
            // The store has refused the text itself.
            Err(StoreError::InvalidText(_)) => Vec::new(),
            Err(_) => vec![self.change.undecided(self.subject.clone())],
        };
        let recorder = &self.change.auth.verifier().events;
        for event in events {
            if is_written {
                recorder.deliver_written(event).await;
            } else {
                recorder.deliver(event).await;
            }
        }
        Ok(outcome?)
    }
}
