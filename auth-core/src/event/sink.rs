//! Receivers of events.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::{Event, EventKind};
use crate::base::{Context, Timestamp};

/// Receives every event in place of [`TracingSink`]. Set it by [`AuthBuilder::events`](crate::AuthBuilder::events).
///
/// The task that makes a change records its event after the store's commit; a client that disconnects does not cancel
/// that task. The event of a guard's decision starts on the request's task and continues in a task of its own if the
/// sink is not ready. A sink must handle its failures itself: they roll nothing back.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use auth_core::event::{Event, EventKind, EventSink};
///
/// struct FailedLogins(AtomicU32);
///
/// #[async_trait::async_trait]
/// impl EventSink for FailedLogins {
///     async fn record(&self, event: Event) {
///         if let EventKind::LoginFailed { .. } = event.kind {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait EventSink: Send + Sync + 'static {
    /// Records one event.
    async fn record(&self, event: Event);

    /// Whether the sink records events of the kind with this [name](EventKind::name); by default all. Guards skip
    /// building an event that the sink does not record.
    fn wants(&self, kind: &str) -> bool {
        let _ = kind;
        true
    }
}

/// The default sink: `tracing` events with the target `auth` and the event's values as fields. Granted access and
/// refreshes have the level `debug`, signs of theft, used up rate limits and undecided changes `warn`, all others `info`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

#[async_trait]
impl EventSink for TracingSink {
    async fn record(&self, event: Event) {
        let (kind, outcome, at) = (event.kind.name(), event.outcome, event.at);
        let Context { actor, address, agent, request_id, .. } = &event.context;
        macro_rules! record {
            ($level:ident) => {
                tracing::$level!(
                    target: "auth", id = %event.id, %at, kind, ?outcome, ?actor, ?address, ?agent, ?request_id,
                    event = ?event.kind
                )
            };
        }
        match event.kind {
            EventKind::AccessGranted { .. } | EventKind::TokenRefreshed { .. } => record!(debug),
            EventKind::RefreshReplayed { .. }
            | EventKind::RefreshByStranger { .. }
            | EventKind::RateLimited { .. }
            | EventKind::LoginSlowed { .. }
            | EventKind::ChangeUndecided { .. } => record!(warn),
            _ => record!(info),
        }
    }

    fn wants(&self, kind: &str) -> bool {
        kind != EventKind::ACCESS_GRANTED || tracing::enabled!(target: "auth", tracing::Level::DEBUG)
    }
}

/// The sink of one `Auth`.
#[derive(Clone)]
pub(crate) struct Events(Arc<dyn EventSink>);

impl Events {
    pub(crate) fn new(sink: Arc<dyn EventSink>) -> Self {
        Self(sink)
    }

    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.0.wants(kind)
    }

    /// Records the event of a change, and waits for the sink.
    pub(crate) async fn deliver(&self, event: Event) {
        if self.wants(event.kind.name()) {
            self.0.record(event).await;
        }
    }

    /// Records an event without delaying the request: a sink that is not ready continues in a task of its own, so that
    /// a cancelled request loses no event.
    pub(crate) fn send(&self, context: &Context, now: Timestamp, kind: EventKind) {
        if !self.wants(kind.name()) {
            return;
        }
        let (sink, event) = (Arc::clone(&self.0), Event::new(context, now, kind));
        let mut recording: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move { sink.record(event).await });
        if recording.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_ready() {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(recording)),
            Err(error) => {
                tracing::error!(target: "auth", %error, "lost an event: its sink was not ready, and there is no Tokio runtime");
            }
        }
    }
}
