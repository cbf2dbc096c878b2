//! Audit rows, which are written in the transaction of the change that they describe.

mod chain;

use std::fmt;

use async_trait::async_trait;

pub use self::chain::{ChainHead, InvalidLink, Link, LinkedRow};
pub(crate) use self::chain::{UnknownKey, link};
use super::{Redeemed, StoreError, UpdateOutcome, UserTransaction};
use crate::base::{ApiKeyId, SessionId, SubjectId, Timestamp};
use crate::token::AuditKey;

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
pub struct Audit<'a, T> {
    rows: Option<&'a Rows<'a, T>>,
    key: Option<&'a AuditKey>,
}

impl<'a, T: Outcome> Audit<'a, T> {
    /// No rows.
    #[must_use]
    pub const fn none() -> Self {
        Self { rows: None, key: None }
    }

    /// Rows that `rows` creates from the outcome. It runs inside the transaction, so it must not block or panic.
    #[must_use]
    pub const fn new(rows: &'a Rows<'a, T>) -> Self {
        Self { rows: Some(rows), key: None }
    }

    /// Sets the key of the rows' links; none by default.
    #[must_use]
    pub const fn with_key(self, key: Option<&'a AuditKey>) -> Self {
        Self { key, ..self }
    }

    /// The key of the rows' links.
    #[must_use]
    pub const fn key(&self) -> Option<&'a AuditKey> {
        self.key
    }

    /// Writes the rows of this outcome as the last statements of a transaction of the application, in the database whose
    /// built-in store is the audit trail: so a [`UserStore`](super::UserStore) of the application makes no change without its
    /// row. A store that neither calls this nor [`rows`](Self::rows) is right as well; the row then follows the change.
    ///
    /// ```
    /// use auth_core::SubjectId;
    /// use auth_core::sqlx::{SqlitePool, query_scalar};
    /// use auth_core::store::{Audit, StoreError};
    ///
    /// // The body of `UserStore::revoke_tokens`.
    /// async fn revoke(pool: &SqlitePool, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
    ///     let mut tx = pool.begin().await?;
    ///     let sql = "UPDATE users SET version = version + 1 WHERE id = $1 RETURNING version";
    ///     let version: Option<i64> = query_scalar(sql).bind(id.as_str()).fetch_optional(&mut *tx).await?;
    ///     let version = version.map(i64::unsigned_abs);
    ///     audit.write(&mut tx, &version).await?;
    ///     tx.commit().await?;
    ///     Ok(version)
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database does not answer, or has no audit trail of a built-in store. Drop the transaction then.
    pub async fn write(&self, tx: &mut impl UserTransaction, outcome: &T) -> Result<(), StoreError> {
        tx.add_audit_rows(&self.rows(outcome), self.key).await
    }

    /// The rows to write with a change of this outcome; empty when nothing changed.
    #[must_use]
    pub fn rows(&self, outcome: &T) -> Vec<AuditRow> {
        self.rows.filter(|_| outcome.is_change()).map(|rows| rows(outcome)).unwrap_or_default()
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
        f.write_str(if self.rows.is_some() { "Audit(..)" } else { "Audit(none)" })
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

/// A number of rows.
impl Outcome for u64 {
    fn is_change(&self) -> bool {
        *self > 0
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
        matches!(self, Self::Updated { .. })
    }
}

impl Outcome for Redeemed {
    fn is_change(&self) -> bool {
        matches!(self, Self::Rotated(_) | Self::Replayed(_))
    }
}

/// An audit trail, whose rows are linked in chains.
///
/// Every write of rows (those of a change, too) takes the [`ChainHead`] of a chain with the key's
/// [`key_id`](ChainHead::key_id) in its transaction, the newest one, links each row by [`ChainHead::link_after`], and saves
/// rows, links and head. It does not wait for a chain that another transaction holds, but takes another one, or begins one:
/// a transaction of the application may last. It begins one as well where the head is not
/// [sealed by the key](ChainHead::is_sealed_by).
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// Adds rows that belong to no write, all or none.
    async fn append(&self, rows: Vec<AuditRow>, key: Option<&AuditKey>) -> Result<(), StoreError>;

    /// Returns at most `limit` rows, newest first.
    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError>;

    /// Returns the heads of all chains, by number.
    async fn chains(&self) -> Result<Vec<ChainHead>, StoreError>;

    /// Returns at most `limit` linked rows from this chain and position on, which are included, in the order of chains and
    /// positions. Another party may have written a row with any numbers, so that none is left out at the least ones.
    async fn linked_rows(&self, from: (i64, i64), limit: u32) -> Result<Vec<LinkedRow>, StoreError>;

    /// Returns at most `limit` rows without a link, oldest first. An earlier release wrote them.
    async fn unlinked_rows(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError>;

    /// Links at most `limit` rows without a link, oldest first, and adds the rows of `audit` after them. Returns their number,
    /// without those of `audit`.
    async fn adopt(&self, limit: u32, audit: Audit<'_, u64>) -> Result<u64, StoreError>;

    /// Seals a head with this key, unless it has changed since it was read. Returns whether it did.
    async fn reseal(&self, head: &ChainHead, key: Option<&AuditKey>) -> Result<bool, StoreError>;

    /// Removes at most `limit` rows from the beginning of each chain, those that [`ChainHead::forget`] gives, and as many rows
    /// without a link that are older than `before`. Returns their number.
    async fn forget(&self, before: Timestamp, limit: u32, keys: &[AuditKey]) -> Result<u64, StoreError>;
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
    /// Only rows of this kind, one of [`EventKind::NAMES`](crate::event::EventKind::NAMES).
    pub kind: Option<Box<str>>,
    /// Only rows of this time or later.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Only rows older than this one, the last row of the previous page.
    pub before: Option<(Timestamp, Box<str>)>,
}
