//! Audit rows: written in the transaction of the change that they describe.

use std::fmt;

use async_trait::async_trait;

use super::{Redeemed, StoreError, UpdateOutcome};
use crate::base::{SessionId, SubjectId, Timestamp};

/// One row of the audit trail. What it says is the caller's; a store only keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Unique among all rows. Rows of one millisecond are ordered by it, so a UUID of version 7 fits.
    pub id: Box<str>,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of event.
    pub kind: Box<str>,
    /// How it ended.
    pub outcome: Box<str>,
    /// The subject that it concerns, if there is one.
    pub subject: Option<SubjectId>,
    /// The event itself, as JSON.
    pub body: String,
}

type Rows<'a, T> = dyn Fn(&T) -> Vec<AuditRow> + Send + Sync + 'a;

/// The audit rows of a change: what the caller of a store's write wants recorded with it.
///
/// The rows follow from the outcome, which only the store knows. A store with an audit trail asks for them by
/// [`rows`](Self::rows) before it commits and writes them in the same transaction. A store without one ignores them.
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

    /// The rows that `rows` makes of the outcome. It runs inside the transaction, so it must not block or panic.
    #[must_use]
    pub const fn new(rows: &'a Rows<'a, T>) -> Self {
        Self(Some(rows))
    }

    /// The rows to write with a change of this outcome; none when nothing was changed.
    #[must_use]
    pub fn rows(&self, outcome: &T) -> Vec<AuditRow> {
        self.0.filter(|_| outcome.is_change()).map(|rows| rows(outcome)).unwrap_or_default()
    }
}

// Not derived: that would ask the same of `T`.
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

/// What a store's write results in.
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

/// The sessions that ended. Without any, the session to keep may have been lifted.
impl Outcome for Vec<SessionId> {
    fn is_change(&self) -> bool {
        true
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
/// Every method: [`StoreError`] when the store did not answer, or holds what cannot be read.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// Adds rows that belong to no write of a store: all of them, or none.
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError>;

    /// At most `limit` rows, newest first.
    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}

/// Which rows to list.
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
    /// Only those that concern this subject.
    pub subject: Option<SubjectId>,
    /// Only those before the row with this time and id: the last one of the page before.
    pub before: Option<(Timestamp, Box<str>)>,
}
