//! Users as an administrator sees them.

use async_trait::async_trait;

use super::{Audit, StoreError, UserRegistry};
use crate::base::{Email, SubjectId, Timestamp};

/// A user registry that can also be looked through and changed.
///
/// Every method is one atomic step. None of them touches the subject's version: guards consult the state itself, so a
/// changed role or a deactivation counts from the next request on.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store did not answer, or holds what cannot be read. Whether a change was made is
/// then unknown, and the operation that asked for it is refused with 503.
#[async_trait]
pub trait UserDirectory: UserRegistry {
    /// The account with this id.
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError>;

    /// At most `limit` accounts in the order of their ids, those after `after` if it is given.
    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError>;

    /// Changes what the patch names, or nothing at all.
    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError>;

    /// Removes the account with its sessions and the API keys it owns; `false` when there is no such account.
    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;
}

/// A user's account, without its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The stable id.
    pub id: SubjectId,
    /// The e-mail address, which is also the login name.
    pub email: Email,
    /// The names of the roles given.
    pub roles: Vec<Box<str>>,
    /// An inactive account is refused everywhere.
    pub active: bool,
    /// When it was made, by the clock of the machine that made it.
    pub created_at: Timestamp,
}

/// What to change of an account; `None` stays as it is.
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
    /// The names of the roles to have from now on.
    pub roles: Option<Vec<Box<str>>>,
    /// Whether the account is active from now on.
    pub active: Option<bool>,
}

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// The account as it is now.
    Updated(Account),
    /// There is no such account.
    NotFound,
    /// Another account has the e-mail address; nothing was changed.
    EmailTaken,
}
