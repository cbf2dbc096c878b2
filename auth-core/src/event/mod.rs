//! What happened, as owned values that can be stored and sent.

mod kind;
mod sink;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use kind::{EventKind, Outcome};
pub(crate) use sink::Events;
pub use sink::{EventSink, TracingSink};

use crate::base::{Context, Timestamp};
use crate::store::AuditRow;

/// Something that happened, with who did it, from where and when. It never holds a secret, a token or a password.
///
/// It serialises flat: `{"id": .., "at": .., "kind": "login_succeeded", "outcome": "success", "actor": .., "subject": ..}`.
///
/// ```
/// use auth_core::event::{Event, EventKind};
///
/// fn is_alarming(event: &Event) -> bool {
///     matches!(event.kind, EventKind::RefreshReplayed { .. } | EventKind::RefreshByStranger { .. })
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Its own id (UUID version 7, so that ids grow with time).
    pub id: Uuid,
    /// When, in milliseconds; serialised as RFC 3339.
    pub at: Timestamp,
    /// What happened, and to whom.
    #[serde(flatten)]
    pub kind: EventKind,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it, and from where.
    #[serde(flatten)]
    pub context: Context,
}

impl Event {
    pub(crate) fn new(context: &Context, now: Timestamp, kind: EventKind) -> Self {
        let at = context.at.unwrap_or(now);
        let context = Context { at: None, ..context.clone() };
        Self { id: Uuid::now_v7(), at, outcome: kind.outcome(), kind, context }
    }

    /// As a row of an audit trail, for a store that writes it in the transaction of the change.
    pub(crate) fn row(&self) -> AuditRow {
        AuditRow {
            id: self.id.to_string().into(),
            at: self.at,
            kind: self.kind.name().into(),
            outcome: self.outcome.name().into(),
            subject: self.kind.subject().cloned(),
            // Strings, numbers and ids: nothing that JSON has no form for.
            body: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}
