//! Requests for a message.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::{DeliveryError, Message, MessageKind, OneTime};
use crate::base::{Context, Email, SubjectId};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::UserRecord;
use crate::token::{OneTimeKind, Purpose, Reset, Token, TokenError};

/// The time limit of one delivery.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// The user that gets a message.
pub(crate) enum Recipient {
    Login(String),
    Subject(SubjectId),
}

/// Makes a token, for a recipient that exists: what the store knows it by, and its message.
pub(crate) trait NewMessage: FnOnce() -> Result<(OneTime, MessageKind), TokenError> + Send + 'static {}

impl<F: FnOnce() -> Result<(OneTime, MessageKind), TokenError> + Send + 'static> NewMessage for F {}

/// A random token of a kind, in a message of `kind`.
pub(crate) fn token_of<K: OneTimeKind + 'static>(kind: fn(Token<K>) -> MessageKind) -> impl NewMessage {
    move || {
        let token = Token::<K>::random()?;
        Ok((OneTime::from(&token), kind(token)))
    }
}

impl Auth {
    /// Sends a message with a token for a new password to the address of a user, if there is an active one with this
    /// login name. The token replaces an earlier one and is valid for 30 minutes, until the password or the address
    /// changes.
    ///
    /// It returns at once, in the same time and with the same answer whether there is such a user:
    /// the message is made and sent in a task that [`settled`](Self::settled) awaits.
    ///
    /// ```
    /// use auth_core::recovery::LogDelivery;
    /// use auth_core::Context;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().delivery(LogDelivery).build()?;
    /// auth.request_password_reset(&Context::system("example"), "ada@example.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::RateLimited`]; [`AccountError::Overloaded`] when too many messages are being sent; [`AccountError::Misconfigured`] without a
    /// [`delivery`](crate::AuthBuilder::delivery) or a store of one-time tokens.
    pub async fn request_password_reset(&self, context: &Context, login: &str) -> Result<(), AccountError> {
        self.limit(context, Limited::Message, Some(login)).await?;
        let new = token_of::<Reset>(MessageKind::from);
        self.send_later(context, "request_password_reset", Recipient::Login(login.to_owned()), new)
    }

    /// Makes and sends a message in a task of its own. Nothing that depends on the recipient may happen before.
    pub(super) fn send_later(
        &self,
        context: &Context,
        operation: &'static str,
        recipient: Recipient,
        new: impl NewMessage,
    ) -> Result<(), AccountError> {
        let permit = self.message_permit()?;
        self.change_later(context, operation, |change| async move {
            let _permit = permit;
            change.send(recipient, new).await
        })
    }

    /// The place of a message among those in progress.
    pub(crate) fn message_permit(&self) -> Result<OwnedSemaphorePermit, AccountError> {
        let recovery = &self.service()?.recovery;
        recovery.tokens()?;
        recovery.delivery.as_ref().ok_or_else(|| AccountError::misconfigured("delivery of messages"))?;
        Arc::clone(&recovery.messages).try_acquire_owned().map_err(|_| AccountError::Overloaded)
    }
}

impl Change {
    /// Sends a message to the active user that `recipient` names, if there is one.
    pub(crate) async fn send(&self, recipient: Recipient, new: impl NewMessage) -> Result<(), AccountError> {
        let Some(user) = self.recipient(recipient).await? else { return Ok(()) };
        let Some(to) = user.email.clone() else { return Ok(()) };
        self.send_to(&user, to, new).await
    }

    /// Sends a message about this user to an address.
    pub(super) async fn send_to(&self, user: &UserRecord, to: Email, new: impl NewMessage) -> Result<(), AccountError> {
        let (token, kind) = new()?;
        let expires_at = self.issue(token, user, &to).await?;
        self.deliver(Message { kind, to, subject: user.id.clone(), expires_at }).await
    }

    pub(super) async fn deliver(&self, message: Message) -> Result<(), AccountError> {
        let about = [(message.subject.clone(), message.kind.purpose())];
        self.deliver_about(message, about).await
    }

    /// Delivers a message. Its failure is an event of each of these subjects, about a message for this purpose.
    pub(super) async fn deliver_about(
        &self,
        message: Message,
        about: impl IntoIterator<Item = (SubjectId, Purpose)> + Send,
    ) -> Result<(), AccountError> {
        let Some(delivery) = &self.service()?.recovery.delivery else { return Ok(()) };
        let purpose = message.kind.purpose().name();
        let sent = timeout(DELIVERY_TIMEOUT, delivery.send(message)).await;
        if let Err(error) = sent.unwrap_or_else(|late| Err(DeliveryError::new(late))) {
            tracing::error!(target: "auth", %error, purpose, "a message was not delivered");
            for (subject, purpose) in about {
                self.auth().record(self.context(), EventKind::DeliveryFailed { subject, purpose });
            }
        }
        Ok(())
    }

    /// The active user to send to; `None` if there is none.
    pub(super) async fn recipient(&self, recipient: Recipient) -> Result<Option<UserRecord>, AccountError> {
        let user = match recipient {
            Recipient::Login(login) => self.auth().user_by_login(&login).await?,
            Recipient::Subject(subject) => self.service()?.users.find_by_id(&subject).await?,
        };
        Ok(user.filter(|user| user.state.active))
    }
}
