//! Where events go.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::{Event, EventKind};
use crate::base::{Context, Timestamp};

/// Takes every event. It replaces [`TracingSink`]; give it to [`AuthBuilder::events`](crate::AuthBuilder::events).
///
/// The event of a change is recorded in the task that makes the change, after the store has committed it; a caller that
/// hangs up does not end that task. The event of a guard's decision starts on the request's task and goes on in a task of
/// its own if the sink has to wait. A sink that fails must handle that by itself: nothing is undone for it.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use auth_core::event::{Event, EventKind, EventSink};
///
/// #[derive(Clone, Default)]
/// struct FailedLogins(Arc<AtomicU32>);
///
/// #[async_trait::async_trait]
/// impl EventSink for FailedLogins {
///     async fn record(&self, event: Event) {
///         if let EventKind::LoginFailed { .. } = event.kind {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let failed = FailedLogins::default();
/// let auth = testing::in_memory().events(failed.clone()).build()?;
/// let _ = auth.login(&Context::system("example"), Login::new("ada@example.com", "a guess")).await;
/// assert_eq!(failed.0.load(Ordering::Relaxed), 1);
/// # Ok(())
/// # }
/// # use auth_core::{Context, Login, testing};
/// ```
#[async_trait]
pub trait EventSink: Send + Sync + 'static {
    /// Takes one event.
    async fn record(&self, event: Event);

    /// Whether events of the kind with this [name](EventKind::name) are wanted; all of them by default. Guards ask before
    /// they build the event of a decision.
    fn wants(&self, kind: &str) -> bool {
        let _ = kind;
        true
    }
}

/// The default sink: `tracing` events with the target `auth` and the event's values as fields; granted access and refreshes
/// at `debug`, signs of theft and undecided changes at `warn`, everything else at `info`.
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

    /// Records the event of a change, and waits until the sink has it.
    pub(crate) async fn deliver(&self, event: Event) {
        if self.wants(event.kind.name()) {
            self.0.record(event).await;
        }
    }

    /// Records an event whose request does not wait: what the sink cannot do at once, it does in a task of its own, so that
    /// a request that is dropped leaves no event behind.
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
                tracing::error!(target: "auth", %error, "an event is lost: its sink waits, and no runtime runs")
            }
        }
    }
}
