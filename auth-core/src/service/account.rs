//! Administration of accounts.

use super::AccountError;
use super::Auth;
use crate::base::{Context, SubjectId};
use crate::event::EventKind;
use crate::service::change::Change;
use crate::store::{Account, AccountPatch, UpdateOutcome, UserDirectory};
use crate::verify::Identity;

const USER: &str = "user";

/// The user of an identity. A subject of another issuer is no user here, whatever its id.
pub(crate) fn user_of(identity: &Identity) -> Result<&SubjectId, AccountError> {
    identity.user().ok_or(AccountError::NotFound { what: USER })
}

impl Auth {
    /// Returns the account of a subject.
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// assert_eq!(auth.account(&ada).await?.email.as_str(), "ada@example.com");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such account; [`AccountError::Misconfigured`] when the user store is
    /// not a [`UserDirectory`].
    pub async fn account(&self, id: &SubjectId) -> Result<Account, AccountError> {
        self.directory()?.get(id).await?.ok_or(AccountError::NotFound { what: USER })
    }

    /// Returns at most `limit` accounts after `after`, ordered by id, which is the order of creation.
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account), without `NotFound`.
    pub async fn accounts(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, AccountError> {
        Ok(self.directory()?.list(after, limit).await?)
    }

    /// Changes an account. Guards see the change at the next request. Deactivation ends every session of the subject for
    /// good.
    ///
    /// ```
    /// use auth_core::store::AccountPatch;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// auth.update_account(&system, &ada, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
    /// assert!(!auth.account(&ada).await?.active); // refused by guards, and by `login` as if the password were wrong
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`account`](Self::account), and [`AccountError::EmailTaken`], [`AccountError::LastOfRole`],
    /// [`AccountError::CallerChanged`]; [`AccountError::InvalidInput`] for a role that
    /// [`AuthBuilder::roles`](crate::AuthBuilder::roles) do not have. After `Unavailable` the change may have been
    /// made.
    pub async fn update_account(
        &self,
        context: &Context,
        id: &SubjectId,
        patch: AccountPatch,
    ) -> Result<Account, AccountError> {
        self.check_roles(patch.roles.as_deref().unwrap_or_default())?;
        let id = id.clone();
        self.change(context, "update_account", |change| async move {
            change.check_caller().await?;
            change.update_account(&id, patch).await
        })
        .await
    }

    /// Removes an account with its sessions, API keys, one-time tokens and second factors. Guards refuse all of them from the next request on.
    ///
    /// # Errors
    ///
    /// As [`update_account`](Self::update_account), without `EmailTaken`. After `Unavailable` the account may have been
    /// removed, or only disabled.
    pub async fn remove_account(&self, context: &Context, id: &SubjectId) -> Result<(), AccountError> {
        let id = id.clone();
        self.change(context, "remove_account", |change| async move {
            change.check_caller().await?;
            if !change.service()?.needed_roles.is_empty() {
                // Refused for the last account with a needed role.
                change.update_account(&id, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
            }
            let recording = change.recording(Some(&id), |removed: &bool| {
                removed.then(|| EventKind::AccountRemoved { subject: id.clone() }).into_iter().collect()
            });
            let removed = recording.of(change.auth().directory()?.remove(&id, recording.audit())).await?;
            if !removed {
                return Err(AccountError::NotFound { what: USER });
            }
            change.end_sessions(&id).await?;
            change.revoke_api_keys(&id).await?;
            change.forget_messages(&id).await?;
            change.forget_factors(&id).await?;
            change.forget_devices(&id).await
        })
        .await
    }

    pub(super) fn check_roles(&self, roles: &[Box<str>]) -> Result<(), AccountError> {
        let known = self.verifier().lookups.known_roles.has_all(roles);
        if known { Ok(()) } else { Err(AccountError::InvalidInput { detail: "There is no such role." }) }
    }

    fn directory(&self) -> Result<&dyn UserDirectory, AccountError> {
        self.service()?.directory.as_deref().ok_or_else(|| AccountError::misconfigured("user directory"))
    }
}

impl Change {
    async fn update_account(&self, id: &SubjectId, mut patch: AccountPatch) -> Result<Account, AccountError> {
        patch.needed_roles.extend_from_slice(&self.service()?.needed_roles);
        let recording = self.recording(Some(id), |outcome: &UpdateOutcome| match outcome {
            UpdateOutcome::Updated { before, after } => vec![updated(before, after)],
            UpdateOutcome::NotFound | UpdateOutcome::EmailTaken | UpdateOutcome::LastOfRole => Vec::new(),
        });
        let directory = self.auth().directory()?;
        match recording.of(directory.update(id, patch, recording.audit())).await? {
            UpdateOutcome::Updated { before, after } => {
                if before.email != after.email {
                    self.verify_address_later(id);
                }
                Ok(after)
            }
            UpdateOutcome::NotFound => Err(AccountError::NotFound { what: USER }),
            UpdateOutcome::EmailTaken => Err(AccountError::EmailTaken),
            UpdateOutcome::LastOfRole => Err(AccountError::LastOfRole),
        }
    }
}

/// What changed of an account.
fn updated(before: &Account, after: &Account) -> EventKind {
    let has_other_roles = before.roles != after.roles;
    EventKind::AccountUpdated {
        subject: after.id.clone(),
        email_changed: before.email != after.email,
        roles: has_other_roles.then(|| after.roles.clone()),
        roles_before: has_other_roles.then(|| before.roles.clone()),
        active: (before.active != after.active).then_some(after.active),
    }
}
