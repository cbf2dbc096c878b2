//! Change of an e-mail address.

use tokio::sync::OwnedSemaphorePermit;

use super::request::Recipient;
use super::{Message, MessageKind, OneTime, token_of};
use crate::base::{Actor, Context, Email, SubjectId};
use crate::cache::Limited;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{AccountPatch, UserRecord};
use crate::token::{AddressChange, Purpose, Reset, Token};

impl Auth {
    /// Limits a change to another address: it sends messages to any address, and its answer tells which ones are taken.
    pub(crate) async fn limit_new_address(
        &self,
        context: &Context,
        subject: &SubjectId,
        email: &Email,
    ) -> Result<(), AccountError> {
        self.limit(context, Limited::Message, Some(subject.as_str())).await?;
        self.limit(context, Limited::Message, Some(email.as_str())).await?;
        Ok(())
    }

    /// Whether a subject's own change of its address, also by an API key of its own, waits for the token of a message, since
    /// an answer at once would tell whether the address has an account.
    pub(crate) async fn is_address_private(
        &self,
        context: &Context,
        subject: &SubjectId,
    ) -> Result<bool, AccountError> {
        let service = self.service()?;
        if !service.private_registration {
            return Ok(false);
        }
        Ok(match &context.actor {
            Actor::Subject(actor) => actor == subject,
            Actor::ApiKey(key) => service.api_keys.find(key).await?.is_some_and(|key| key.owner == *subject),
            Actor::Anonymous | Actor::System(_) => false,
        })
    }

    /// Sends a message to an address that a subject wants: one that changes it, or to the owner of an account that has it.
    pub(crate) fn offer_address_later(
        &self,
        context: &Context,
        subject: SubjectId,
        email: Email,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), AccountError> {
        self.change_later(context, "update_account", |change| async move {
            let _permit = permit;
            let Some(user) = change.recipient(Recipient::Subject(subject)).await? else { return Ok(()) };
            match change.service()?.users.find_by_login(email.as_str()).await? {
                None => change.send_to(&user, email, token_of(MessageKind::AddressChange)).await,
                Some(owner) => change.refuse_address(&user, &owner, email).await,
            }
        })
    }

    /// Makes the address of a message that of the account. The token is spent after the change: where a store fails between
    /// them, the token works again.
    pub(super) async fn change_address(&self, context: &Context, token: &str) -> Result<SubjectId, AccountError> {
        let (token, _) = self.presented::<AddressChange>(context, token).await?;
        self.change(context, "verify_email", |change| async move {
            let (user, email) = change.auth().find_one_time(change.context(), token).await?;
            if user.email.as_ref() != Some(&email) {
                // From the version that the token has: another change of the account meanwhile has made it invalid.
                let version = Some(user.state.version);
                let patch = AccountPatch { email: Some(email), version, ..AccountPatch::default() };
                let (_, former) = change.update_account(&user.id, patch).await.map_err(|error| match error {
                    // Another account has got the address since the message.
                    AccountError::EmailTaken | AccountError::CallerChanged => AccountError::InvalidOneTimeToken,
                    other => other,
                })?;
                if let Some(former) = former {
                    change.auth().tell_former_address_later(change.context(), &user.id, former, false);
                }
            }
            change.redeem_one_time(token).await?;
            Ok(user.id)
        })
        .await
    }

    /// Tells the former address of a subject that the account has another one, where messages are sent at all: a thief of a
    /// session is not the only one to know. With `verifies` the new address gets a message that verifies it.
    pub(crate) fn tell_former_address_later(
        &self,
        context: &Context,
        subject: &SubjectId,
        former: Email,
        verifies: bool,
    ) {
        if !self.service().is_ok_and(|service| service.recovery.is_on()) {
            return;
        }
        let subject = subject.clone();
        let sent = self.message_permit().and_then(|permit| {
            self.change_later(context, "update_account", |change| async move {
                let _permit = permit;
                let (kind, expires_at) = (MessageKind::AddressChanged, change.now());
                change.deliver(Message { kind, to: former, subject: subject.clone(), expires_at }).await?;
                if verifies {
                    change.send(Recipient::Subject(subject), token_of(MessageKind::EmailVerification)).await?;
                }
                Ok(())
            })
        });
        drop(sent.inspect_err(|error| tracing::warn!(target: "auth", %error, "no message about a new address")));
    }
}

impl Change {
    /// Tells the owner of an address that another user wants it. That user has the same token and the same events as for a
    /// free address: an earlier token that stays valid, and an event that is missing, would tell that it is taken.
    async fn refuse_address(&self, user: &UserRecord, owner: &UserRecord, email: Email) -> Result<(), AccountError> {
        let undelivered = Token::<AddressChange>::random()?;
        self.issue(OneTime::from(&undelivered), user, &email).await?;
        if !owner.state.active {
            return Ok(());
        }
        let token = Token::<Reset>::random()?;
        let expires_at = self.issue(OneTime::from(&token), owner, &email).await?;
        let about = [(owner.id.clone(), Purpose::PasswordReset), (user.id.clone(), Purpose::AddressChange)];
        let kind = MessageKind::AccountExists(token);
        self.deliver_about(Message { kind, to: email, subject: owner.id.clone(), expires_at }, about).await
    }
}
