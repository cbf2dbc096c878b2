//! The audit trail.

mod export;
mod report;
mod retention;
mod verify;

pub use self::report::{Finding, PinnedHead, TrailHeads, TrailReport};
pub(super) use self::retention::Retention;
use super::{AccountError, Auth};
use crate::event::{Event, Journal};
use crate::store::AuditFilter;
use crate::token::AuditKey;

impl Auth {
    /// Returns at most `limit` events of the audit trail, newest first. The stores of auth-core write an event in the
    /// transaction of its change. Failed logins and refusals, of which
    /// [`AuditSampling`](crate::event::AuditSampling) sets the share, are written in the background, usually within a
    /// second; [`settled`](Self::settled) waits for them. A row that is no event of this release is
    /// [`Unrecognised`](crate::event::EventKind::Unrecognised). The [place](Event::place) of the last one begins the next page.
    ///
    /// ```
    /// use auth_core::store::AuditFilter;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let filter = AuditFilter { subject: Some(ada), ..AuditFilter::default() };
    /// let events = auth.events(&filter, 100).await?;
    /// assert_eq!(events[0].kind.name(), "user_registered");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Misconfigured`] when no store of this `Auth` has an audit trail;
    /// [`AccountError::Unavailable`] when the store does not answer.
    pub async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<Event>, AccountError> {
        let rows = self.journal()?.log().events(filter, limit).await?;
        Ok(rows.iter().map(Event::of_row).collect())
    }

    fn journal(&self) -> Result<&Journal, AccountError> {
        self.service()?.audit.as_ref().ok_or_else(|| AccountError::misconfigured("audit trail"))
    }

    /// The key of the links of new rows.
    pub(super) fn audit_key(&self) -> Option<&AuditKey> {
        self.0.service.as_ref().and_then(|service| service.audit.as_ref()).and_then(Journal::key)
    }
}
