//! Security events, as owned values for logs and audit trails.

mod counters;
mod journal;
mod kind;
mod names;
mod sampling;
mod sink;
mod trail;

use std::net::IpAddr;

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

pub(crate) use journal::Journal;
pub use kind::{EventKind, Outcome};
pub use sampling::AuditSampling;
pub(crate) use sink::Events;
pub use sink::{EventSink, TracingSink};
pub(crate) use trail::Trail;

use crate::base::{Actor, Context, SessionId, Timestamp};
use crate::store::AuditRow;

/// A security event with its actor, origin and time. It never holds a secret, a token or a password.
///
/// It serialises flat: `{"id": .., "at": .., "kind": "login_succeeded", "subject": .., "session": .., "outcome": "success",
/// "actor": .., "address": .., "agent": .., "request_id": ..}`. Every event has these members, `null` where there is none;
/// `session` is that of the event's [kind](EventKind::session), and otherwise that of the actor.
///
/// ```
/// use auth_core::event::{Event, EventKind};
///
/// fn is_alarming(event: &Event) -> bool {
///     matches!(event.kind, EventKind::RefreshReplayed { .. } | EventKind::RefreshByStranger { .. })
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The event's id: a UUID version 7, which sorts by time.
    pub id: Uuid,
    /// The time, in milliseconds; serialised as RFC 3339.
    pub at: Timestamp,
    /// The kind of event, with its subject.
    #[serde(flatten)]
    pub kind: EventKind,
    /// The outcome.
    pub outcome: Outcome,
    /// The actor and origin.
    #[serde(flatten)]
    pub context: Context,
}

/// The members of an event, in their order.
#[derive(Serialize)]
#[expect(clippy::option_option, reason = "a member that is null is not an absent one")]
struct Members<'a> {
    id: Uuid,
    at: Timestamp,
    #[serde(flatten)]
    kind: &'a EventKind,
    /// `null`, for kinds without a subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<()>,
    /// Left out where it is a member of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Option<&'a SessionId>>,
    outcome: Outcome,
    actor: &'a Actor,
    address: Option<IpAddr>,
    agent: Option<&'a str>,
    request_id: Option<&'a str>,
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { id, at, kind, outcome, context } = self;
        let has_session = kind.session().is_some();
        Members {
            id: *id,
            at: *at,
            kind,
            subject: kind.subject_member().is_none().then_some(()),
            session: (!has_session).then_some(context.session.as_ref()),
            outcome: *outcome,
            actor: &context.actor,
            address: context.address,
            agent: context.agent.as_deref(),
            request_id: context.request_id.as_deref(),
        }
        .serialize(serializer)
    }
}

impl Event {
    pub(crate) fn new(context: &Context, now: Timestamp, kind: EventKind) -> Self {
        let at = context.at.unwrap_or(now);
        let context = Context { at: None, standing: None, authenticated_at: None, ..context.clone() };
        Self { id: Uuid::now_v7(), at, outcome: kind.outcome(), kind, context }
    }

    /// The event of a row of the audit trail. A row that is no event of this release must not hide the others.
    pub(crate) fn of_row(row: &AuditRow) -> Self {
        let known: Option<Self> = serde_json::from_str(&row.body).ok();
        let is_of_row = |event: &Self| {
            *event.id.to_string() == *row.id
                && *event.kind.name() == *row.kind
                && *event.outcome.name() == *row.outcome
                && event.kind.subject() == row.subject.as_ref()
        };
        match known.filter(is_of_row) {
            Some(event) => {
                // The body has one session, that of the kind if it has one.
                let session = event.context.session.filter(|_| event.kind.session().is_none());
                // The body has seconds; a page continues by milliseconds.
                Self { at: row.at, context: Context { session, ..event.context }, ..event }
            }
            None => Self {
                id: row.id.parse().unwrap_or_default(),
                at: row.at,
                kind: EventKind::Unrecognised {
                    name: row.kind.clone(),
                    subject: row.subject.clone(),
                    row: row.id.clone(),
                    body: row.body.clone(),
                },
                outcome: Outcome::named(&row.outcome),
                context: serde_json::from_str(&row.body).unwrap_or(Context::of(Actor::Anonymous)),
            },
        }
    }

    /// Its place in the audit trail: the [`before`](crate::store::AuditFilter::before) of the page after it.
    #[must_use]
    pub fn place(&self) -> (Timestamp, Box<str>) {
        match &self.kind {
            EventKind::Unrecognised { row, .. } => (self.at, row.clone()),
            _ => (self.at, self.id.to_string().into()),
        }
    }

    /// Converts to a row of the audit trail, which the store writes in the transaction of the change.
    pub(crate) fn row(&self) -> AuditRow {
        AuditRow {
            id: self.id.to_string().into(),
            at: self.at,
            kind: self.kind.name().into(),
            outcome: self.outcome.name().into(),
            subject: self.kind.subject().cloned(),
            // Infallible: an event has only strings, numbers and ids.
            body: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}
