//! Administration of accounts.

use std::time::Duration;

use super::AccountError;
use super::Auth;
use crate::base::{Context, Email, SubjectId, Timestamp};
use crate::cache;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::store::{Account, AccountPatch, UpdateOutcome, UserDirectory};
use crate::verify::Identity;

const USER: &str = "user";

/// How long after an authentication a session may make changes that take the account over: a stolen token of an older one
/// cannot.
const RECENT: Duration = Duration::from_mins(15);

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
    /// A new address is the way to a new password. So a subject whose request makes the change, its own or as an administrator,
    /// must have authenticated in the last 15 minutes; [`step_up`](Self::step_up) is the way to.
    ///
    /// A new address counts by the limits of messages, for the account and for the address. Where a
    /// [`delivery`](crate::AuthBuilder::delivery) is set, it gets a message that
    /// [verifies it](Self::request_email_verification), and the former one the message
    /// [`AddressChanged`](crate::recovery::MessageKind::AddressChanged). With
    /// [`private_registration`](crate::AuthBuilder::private_registration) a subject's change of its own address waits for the
    /// token of a message to the new one ([`verify_email`](Self::verify_email)): the returned account has the former address,
    /// whether another account has the new one or not.
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
    /// [`AccountError::CallerChanged`]; [`AccountError::StepUpRequired`], [`AccountError::RateLimited`] and [`AccountError::Overloaded`] for a new address;
    /// [`AccountError::InvalidInput`] for a role that
    /// [`AuthBuilder::roles`](crate::AuthBuilder::roles) do not have. After `Unavailable` the change may have been
    /// made.
    pub async fn update_account(
        &self,
        context: &Context,
        id: &SubjectId,
        mut patch: AccountPatch,
    ) -> Result<Account, AccountError> {
        self.check_roles(patch.roles.as_deref().unwrap_or_default())?;
        let wanted = self.wanted_address(context, id, &mut patch).await?;
        let id = id.clone();
        self.change(context, "update_account", |change| async move {
            change.check_caller().await?;
            let Some(wanted) = wanted else {
                let (account, former) = change.update_account(&id, patch).await?;
                if let Some(former) = former {
                    change.auth().tell_former_address_later(change.context(), &id, former, true);
                }
                return Ok(account);
            };
            // Before the write: a committed change is not answered as one that was refused.
            let permit = change.auth().message_permit()?;
            let account = if patch.roles.is_some() || patch.active.is_some() {
                change.update_account(&id, patch).await?.0
            } else {
                change.auth().account(&id).await?
            };
            change.auth().offer_address_later(change.context(), id, wanted, permit)?;
            Ok(account)
        })
        .await
    }

    /// Limits a change to another address, and takes the address out of a patch that must not tell whether it is taken.
    async fn wanted_address(
        &self,
        context: &Context,
        id: &SubjectId,
        patch: &mut AccountPatch,
    ) -> Result<Option<Email>, AccountError> {
        // An address that the account has is no change, whatever it has at the write.
        let Some(email) = patch.email.take() else { return Ok(None) };
        if self.account(id).await?.email == email {
            return Ok(None);
        }
        if let Some(at) = context.authenticated_at {
            self.check_recent(at)?;
        }
        self.limit_new_address(context, id, &email).await?;
        if self.is_address_private(context, id).await? {
            return Ok(Some(email));
        }
        patch.email = Some(email);
        Ok(None)
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
            let recording = change.recording_if(Some(&id), || EventKind::AccountRemoved { subject: id.clone() });
            let removed = recording.of(change.auth().directory()?.remove(&id, recording.audit())).await?;
            if !removed {
                return Err(AccountError::NotFound { what: USER });
            }
            change.end_sessions(&id).await?;
            change.forget_subject(&id).await
        })
        .await
    }

    /// Removes what a subject has beside its row in a table of users: its sessions with their tokens and known devices, its
    /// API keys, one-time tokens and second factors. Call it after the application has removed the row by its own statement,
    /// in place of [`invalidate_subject`](Self::invalidate_subject); [`remove_account`](Self::remove_account) does both.
    ///
    /// A table may give the id to another user later. That user's registration ends what is left, too, unless its store
    /// [never reuses ids](crate::store::UserRegistry::never_reuses_ids).
    ///
    /// ```
    /// use auth_core::{Login, Registration};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let tokens = auth.login(&system, Login::new("ada@example.com", "three words and a comma")).await?;
    /// // DELETE FROM users WHERE id = $1
    /// auth.forget_subject(&system, &ada).await?;
    /// assert!(auth.refresh(&system, tokens.refresh.expose()).await.is_err());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when a store does not answer: some of it may be left, so call it again.
    pub async fn forget_subject(&self, context: &Context, id: &SubjectId) -> Result<(), AccountError> {
        let id = id.clone();
        self.change(context, "forget_subject", |change| async move {
            change.invalidate(&id).await;
            change.end_sessions(&id).await?;
            change.forget_subject(&id).await
        })
        .await
    }

    pub(super) fn check_recent(&self, authenticated_at: Timestamp) -> Result<(), AccountError> {
        let is_recent = self.now().since(authenticated_at) <= RECENT;
        if is_recent { Ok(()) } else { Err(AccountError::StepUpRequired) }
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
    /// Removes what a subject without sessions has beside its row.
    async fn forget_subject(&self, id: &SubjectId) -> Result<(), AccountError> {
        self.revoke_api_keys(id).await?;
        self.forget_messages(id).await?;
        self.forget_factors(id).await
    }

    /// Ends what the id of a new user has from before, as after a removal by a statement of the application: a table may give
    /// an id out again, with the version of which the sessions are.
    pub(super) async fn begin_subject(&self, id: &SubjectId) -> Result<(), AccountError> {
        self.invalidate(id).await;
        if self.end_found_sessions(id).await? > 0 {
            // A login of the former user that is still in progress has read the version that the new one has.
            self.revoke_tokens(id).await?;
        }
        self.forget_subject(id).await
    }

    async fn invalidate(&self, id: &SubjectId) {
        let coherence = &self.auth().verifier().lookups.coherence;
        coherence.changed(&[cache::Change::Subject(id.clone())]).await;
    }

    /// Updates an account, and returns it with the former address if it has another one now.
    pub(super) async fn update_account(
        &self,
        id: &SubjectId,
        mut patch: AccountPatch,
    ) -> Result<(Account, Option<Email>), AccountError> {
        patch.needed_roles.extend_from_slice(&self.service()?.needed_roles);
        let recording = self.recording(Some(id), |outcome: &UpdateOutcome| match outcome {
            UpdateOutcome::Updated { before, after } => vec![updated(before, after)],
            UpdateOutcome::NotFound
            | UpdateOutcome::EmailTaken
            | UpdateOutcome::LastOfRole
            | UpdateOutcome::VersionChanged => Vec::new(),
        });
        let directory = self.auth().directory()?;
        match recording.of(directory.update(id, patch, recording.audit())).await? {
            UpdateOutcome::Updated { before, after } => {
                let former = Some(before.email).filter(|former| *former != after.email);
                Ok((after, former))
            }
            UpdateOutcome::NotFound => Err(AccountError::NotFound { what: USER }),
            UpdateOutcome::EmailTaken => Err(AccountError::EmailTaken),
            UpdateOutcome::LastOfRole => Err(AccountError::LastOfRole),
            UpdateOutcome::VersionChanged => Err(AccountError::CallerChanged),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Audit, MemoryStore, NewUser, UserRegistry};
    use crate::token::{SigningKey, random_secret};

    /// Another request may change the address before the write: an old session must not bring the former one back.
    #[tokio::test]
    async fn the_present_address_of_an_account_is_no_part_of_a_change() {
        let store = MemoryStore::new();
        let ada: Email = "ada@example.com".parse().unwrap();
        let user = NewUser::new(ada.clone(), crate::password::PasswordHash::from_stored("!"));
        let id = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
        let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
        let auth = Auth::builder(key, "https://api.example.com", "api").store(store).build().unwrap();
        let system = Context::system("test");
        for (email, left) in [(ada, None), ("countess@example.com".parse().unwrap(), Some("countess@example.com"))] {
            let mut patch = AccountPatch { email: Some(email), ..AccountPatch::default() };
            assert_eq!(auth.wanted_address(&system, &id, &mut patch).await, Ok(None));
            assert_eq!(patch.email.as_ref().map(Email::as_str), left);
        }
    }
}
