//! Administration of users.

use async_trait::async_trait;

use super::{Audit, StoreError, UserRegistry};
use crate::base::{Email, SubjectId, Timestamp};

/// A user registry that lists and changes accounts.
///
/// Every method is atomic. Guards read the state itself, so a changed role or a deactivation takes effect at the next
/// request.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait UserDirectory: UserRegistry {
    /// Returns the account with this id.
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError>;

    /// Returns at most `limit` accounts after `after`, ordered by id.
    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError>;

    /// Applies the patch entirely or not at all.
    ///
    /// It raises the subject's version by one when it deactivates an active account, so that no session comes back with
    /// a later activation, and when it changes the address, so that no legacy token finds another account by it. Only
    /// the sessions of a subject with a new address follow to the new version.
    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError>;

    /// Removes the account; `false` when there is no such account. Its sessions and API keys are refused without it;
    /// [`Auth::remove_account`](crate::Auth::remove_account) removes them as well.
    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;
}

/// A user's account, without its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The stable id.
    pub id: SubjectId,
    /// The e-mail address, which is also the login name.
    pub email: Email,
    /// The names of the roles.
    pub roles: Vec<Box<str>>,
    /// An inactive account is refused everywhere.
    pub active: bool,
    /// The time of creation, by the clock of the node that created it.
    pub created_at: Timestamp,
}

/// A change of an account; `None` keeps a field.
///
/// ```
/// use auth_core::store::AccountPatch;
///
/// let promote = AccountPatch { roles: Some(vec!["Moderator".into()]), ..AccountPatch::default() };
/// let disable = AccountPatch { active: Some(false), ..AccountPatch::default() };
/// ```
#[derive(Clone, Debug, Default)]
pub struct AccountPatch {
    /// The new e-mail address.
    pub email: Option<Email>,
    /// The names of the new roles.
    pub roles: Option<Vec<Box<str>>>,
    /// Whether the account is active.
    pub active: Option<bool>,
    /// Roles of which some active account must keep one: the patch is refused if it would take them from the last.
    /// [`Auth::update_account`](crate::Auth::update_account) sets them from
    /// [`AuthBuilder::needed_role`](crate::AuthBuilder::needed_role).
    pub needed_roles: Vec<Box<str>>,
    /// The version that the account must have at the write, and be active: what was checked before the write may be
    /// outdated. `None` for a change that does not depend on it.
    pub version: Option<u64>,
}

impl AccountPatch {
    /// Whether the account, which has this version, is no longer what the patch depends on.
    pub(crate) fn is_outdated(&self, account: &Account, version: u64) -> bool {
        self.version.is_some_and(|expected| expected != version || !account.active)
    }

    pub(crate) fn deactivates(&self, account: &Account) -> bool {
        account.active && self.active == Some(false)
    }

    pub(crate) fn renames(&self, account: &Account) -> bool {
        self.email.as_ref().is_some_and(|email| *email != account.email)
    }

    /// Whether the account is active with a needed role, and then would not be.
    pub(crate) fn takes_needed_role(&self, account: &Account) -> bool {
        let is_needed = |roles: &[Box<str>]| roles.iter().any(|role| self.needed_roles.contains(role));
        let has_after =
            self.active.unwrap_or(account.active) && is_needed(self.roles.as_ref().unwrap_or(&account.roles));
        account.active && is_needed(&account.roles) && !has_after
    }
}

/// The outcome of [`UserDirectory::update`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// The account was changed, or the patch changes nothing of it.
    Updated {
        /// As it was, in the same transaction.
        before: Account,
        /// As it is.
        after: Account,
    },
    /// There is no such account.
    NotFound,
    /// Another account has the e-mail address; nothing changed.
    EmailTaken,
    /// No other active account has one of the needed roles; nothing changed.
    LastOfRole,
    /// The account is not active, or has another version than the patch depends on; nothing changed.
    VersionChanged,
}
