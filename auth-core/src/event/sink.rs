//! Receivers of events.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::counters::EventCounters;
use super::{Event, EventKind, Trail};
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
/// refreshes have the level `debug`, signs of theft, used up rate limits, undecided changes and dropped events `warn`, all
/// others `info`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

#[async_trait]
impl EventSink for TracingSink {
    async fn record(&self, event: Event) {
        let (kind, outcome, at) = (event.kind.name(), event.outcome, event.at);
        let Context { actor, session, address, agent, request_id, .. } = &event.context;
        macro_rules! record {
            ($level:ident) => {
                tracing::$level!(
                    target: "auth", id = %event.id, %at, kind, ?outcome, ?actor, ?session, ?address, ?agent, ?request_id,
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
            | EventKind::ChangeUndecided { .. }
            | EventKind::EventsDropped { .. } => record!(warn),
            _ => record!(info),
        }
    }

    fn wants(&self, kind: &str) -> bool {
        kind != EventKind::ACCESS_GRANTED || tracing::enabled!(target: "auth", tracing::Level::DEBUG)
    }
}

/// The sink of one `Auth`, and its audit trail.
#[derive(Clone)]
pub(crate) struct Events {
    sink: Arc<dyn EventSink>,
    trail: Option<Trail>,
    counters: Arc<EventCounters>,
}

impl Events {
    pub(crate) fn new(sink: Arc<dyn EventSink>, trail: Option<Trail>) -> Self {
        Self { sink, trail, counters: Arc::new(EventCounters::new()) }
    }

    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.sink.wants(kind) || self.trail.as_ref().is_some_and(|trail| trail.wants(kind))
    }

    /// Records the event of a change that has no row in the audit trail, and waits for the sink.
    pub(crate) async fn deliver(&self, event: Event) {
        if let Some(trail) = &self.trail {
            trail.record(&event);
        }
        self.deliver_written(event).await;
    }

    /// Records the event of a change whose transaction has written its row, and waits for the sink.
    pub(crate) async fn deliver_written(&self, event: Event) {
        self.counters.count(&event.kind);
        if self.sink.wants(event.kind.name()) {
            self.sink.record(event).await;
        }
    }

    /// Records an event without delaying the request: the audit trail queues its row, and a sink that is not ready
    /// continues in a task of its own, so that a cancelled request loses no event.
    pub(crate) fn send(&self, context: &Context, now: Timestamp, kind: EventKind) {
        self.counters.count(&kind);
        if !self.wants(kind.name()) {
            return;
        }
        let (sink, event) = (Arc::clone(&self.sink), Event::new(context, now, kind));
        if let Some(trail) = &self.trail {
            trail.record(&event);
        }
        if !sink.wants(event.kind.name()) {
            return;
        }
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
