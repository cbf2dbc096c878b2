//! Audit rows, which are written in the transaction of the change that they describe.

use std::fmt;

use async_trait::async_trait;

use super::{Redeemed, StoreError, UpdateOutcome};
use crate::base::{ApiKeyId, SessionId, SubjectId, Timestamp};

/// One row of the audit trail, opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// A unique id that orders rows of the same millisecond, such as a UUID of version 7.
    pub id: Box<str>,
    /// The time of the event.
    pub at: Timestamp,
    /// The kind of event.
    pub kind: Box<str>,
    /// The outcome.
    pub outcome: Box<str>,
    /// The subject of the event, if any.
    pub subject: Option<SubjectId>,
    /// The event as JSON.
    pub body: String,
}

type Rows<'a, T> = dyn Fn(&T) -> Vec<AuditRow> + Send + Sync + 'a;

/// The audit rows of a change, as a function of its outcome, which only the store knows.
///
/// A store with an audit trail calls [`rows`](Self::rows) before it commits, and writes them in the same transaction. A
/// store without one ignores them.
///
/// ```
/// use auth_core::store::{Audit, AuditRow};
/// use auth_core::{SubjectId, Timestamp};
///
/// let subject = SubjectId::random();
/// let password_changed = |version: &Option<u64>| {
///     vec![AuditRow {
///         id: "0191c3f0-6a5e-7c11-8000-000000000001".into(),
///         at: Timestamp::from_secs(1_700_000_000),
///         kind: "password_changed".into(),
///         outcome: "success".into(),
///         subject: Some(subject.clone()),
///         body: format!(r#"{{"version":{}}}"#, version.unwrap_or_default()),
///     }]
/// };
/// let audit = Audit::new(&password_changed);
/// assert_eq!(audit.rows(&Some(3)).len(), 1);
/// assert_eq!(audit.rows(&None), [], "there is no such user, so nothing was changed");
/// ```
pub struct Audit<'a, T>(Option<&'a Rows<'a, T>>);

impl<'a, T: Outcome> Audit<'a, T> {
    /// No rows.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Rows that `rows` creates from the outcome. It runs inside the transaction, so it must not block or panic.
    #[must_use]
    pub const fn new(rows: &'a Rows<'a, T>) -> Self {
        Self(Some(rows))
    }

    /// The rows to write with a change of this outcome; empty when nothing changed.
    #[must_use]
    pub fn rows(&self, outcome: &T) -> Vec<AuditRow> {
        self.0.filter(|_| outcome.is_change()).map(|rows| rows(outcome)).unwrap_or_default()
    }
}

// Not derived, which would require `T: Clone`.
impl<T> Clone for Audit<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Audit<'_, T> {}

impl<T> fmt::Debug for Audit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Audit(..)" } else { "Audit(none)" })
    }
}

/// The outcome of a write.
pub trait Outcome: Send + Sync {
    /// Whether the store changed anything.
    fn is_change(&self) -> bool;
}

/// A write that always changes something.
impl Outcome for () {
    fn is_change(&self) -> bool {
        true
    }
}

impl Outcome for bool {
    fn is_change(&self) -> bool {
        *self
    }
}

impl<T: Send + Sync> Outcome for Option<T> {
    fn is_change(&self) -> bool {
        self.is_some()
    }
}

/// The ended sessions. An event says that there are none left, even if there were none.
impl Outcome for Vec<SessionId> {
    fn is_change(&self) -> bool {
        true
    }
}

/// The removed keys.
impl Outcome for Vec<ApiKeyId> {
    fn is_change(&self) -> bool {
        !self.is_empty()
    }
}

impl Outcome for UpdateOutcome {
    fn is_change(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}

impl Outcome for Redeemed {
    fn is_change(&self) -> bool {
        matches!(self, Self::Rotated(_) | Self::Replayed(_))
    }
}

/// An audit trail.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// Adds rows that belong to no write, all or none.
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError>;

    /// Returns at most `limit` rows, newest first.
    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}

/// A filter for [`AuditLog::events`].
///
/// ```
/// use auth_core::store::{AuditFilter, AuditLog as _, MemoryStore};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let mut filter = AuditFilter::default();
/// loop {
///     let page = store.events(&filter, 100).await?;
///     let Some(last) = page.last() else { break };
///     filter.before = Some((last.at, last.id.clone()));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only rows of this subject.
    pub subject: Option<SubjectId>,
    /// Only rows of this kind, as [`EventKind::name`](crate::event::EventKind::name) gives it.
    pub kind: Option<Box<str>>,
    /// Only rows of this time or later.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Only rows older than this one, the last row of the previous page.
    pub before: Option<(Timestamp, Box<str>)>,
}
