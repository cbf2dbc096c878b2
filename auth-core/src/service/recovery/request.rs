//! Requests for a message.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::{DeliveryError, Message, MessageKind};
use crate::base::{Context, SubjectId};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::UserRecord;
use crate::token::{OneTimeKind, Reset, Token};

/// A longer login name is invalid, and is refused without a query.
const MAX_LOGIN_BYTES: usize = 1024;

/// The time limit of one delivery.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// The user that gets a message.
pub(crate) enum Recipient {
    Login(String),
    Subject(SubjectId),
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
        self.send_later::<Reset>(context, "request_password_reset", Recipient::Login(login.to_owned()))
    }

    /// Makes and sends a message in a task of its own. Nothing that depends on the recipient may happen before.
    pub(super) fn send_later<K>(
        &self,
        context: &Context,
        operation: &'static str,
        recipient: Recipient,
    ) -> Result<(), AccountError>
    where
        K: OneTimeKind + 'static,
        MessageKind: From<Token<K>>,
    {
        let permit = self.message_permit()?;
        self.change_later(context, operation, |change| async move {
            let _permit = permit;
            change.send::<K>(recipient, MessageKind::from).await
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
    pub(crate) async fn send<K: OneTimeKind>(
        &self,
        recipient: Recipient,
        kind: fn(Token<K>) -> MessageKind,
    ) -> Result<(), AccountError> {
        let Some(user) = self.recipient(recipient).await? else { return Ok(()) };
        let Some(to) = user.email.clone() else { return Ok(()) };
        let (token, expires_at) = self.issue::<K>(&user, &to).await?;
        let message = Message { kind: kind(token), to, subject: user.id.clone(), expires_at };
        let Some(delivery) = &self.service()?.recovery.delivery else { return Ok(()) };
        let sent = timeout(DELIVERY_TIMEOUT, delivery.send(message)).await;
        if let Err(error) = sent.unwrap_or_else(|late| Err(DeliveryError::new(late))) {
            tracing::error!(target: "auth", %error, purpose = K::PURPOSE.name(), "a message was not delivered");
            self.auth().record(self.context(), EventKind::DeliveryFailed { subject: user.id, purpose: K::PURPOSE });
        }
        Ok(())
    }

    /// The active user to send to; `None` if there is none.
    async fn recipient(&self, recipient: Recipient) -> Result<Option<UserRecord>, AccountError> {
        let users = &self.service()?.users;
        let user = match recipient {
            Recipient::Login(login) if login.len() > MAX_LOGIN_BYTES => None,
            Recipient::Login(login) => users.find_by_login(&login).await?,
            Recipient::Subject(subject) => users.find_by_id(&subject).await?,
        };
        Ok(user.filter(|user| user.state.active))
    }
}
