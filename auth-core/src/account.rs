//! Accounts as an administrator sees them: every change is made in the store and seen by guards in one operation.

use crate::event::Event;
use crate::store::{Account, AccountPatch, UpdateOutcome, UserDirectory};
use crate::{Auth, Refusal, SubjectId};

/// What a refusal calls an account.
const USER: &str = "user";

impl Auth {
    /// The account of this subject.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is none, or the user store is no [`UserDirectory`]; [`Refusal::Unavailable`] when
    /// the store does not answer.
    pub async fn account(&self, id: &SubjectId) -> Result<Account, Refusal> {
        self.directory()?.get(id).await?.ok_or(Refusal::NotFound { what: USER })
    }

    /// At most `limit` accounts in the order of their ids, which is the order in which they were made; those after
    /// `after` if it is given.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when the user store is no [`UserDirectory`]; [`Refusal::Unavailable`] when the store does
    /// not answer.
    pub async fn accounts(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, Refusal> {
        Ok(self.directory()?.list(after, limit).await?)
    }

    /// Changes an account. Guards see the change with the next request.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such account, or the user store is no [`UserDirectory`];
    /// [`Refusal::EmailTaken`]; [`Refusal::Unavailable`] when the store does not answer.
    pub async fn update_account(&self, id: &SubjectId, patch: AccountPatch) -> Result<Account, Refusal> {
        let outcome = self.directory()?.update(id, patch).await;
        // Also after an error: the store may have made the change and failed to say so.
        self.record(&Event::SubjectChanged { subject: id });
        match outcome? {
            UpdateOutcome::Updated(account) => Ok(account),
            UpdateOutcome::NotFound => Err(Refusal::NotFound { what: USER }),
            UpdateOutcome::EmailTaken => Err(Refusal::EmailTaken),
        }
    }

    /// Removes an account with its sessions and the API keys it owns; all of them are refused from the next request on.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such account, or the user store is no [`UserDirectory`];
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub async fn remove_account(&self, id: &SubjectId) -> Result<(), Refusal> {
        let removed = self.directory()?.remove(id).await;
        self.record(&Event::SubjectChanged { subject: id });
        if !removed? {
            return Err(Refusal::NotFound { what: USER });
        }
        self.record(&Event::AccountRemoved { subject: id });
        Ok(())
    }

    fn directory(&self) -> Result<&dyn UserDirectory, Refusal> {
        self.0.directory.as_deref().ok_or(Refusal::NotFound { what: "user directory" })
    }
}
