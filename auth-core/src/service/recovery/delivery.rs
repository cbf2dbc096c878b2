//! Delivery of messages, by the application.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::base::{Email, SubjectId, Timestamp};
use crate::token::{AddressChange, MagicLink, Purpose, Reset, Token, Verification};

/// Sends messages with one-time tokens, usually as e-mails. Set it by
/// [`AuthBuilder::delivery`](crate::AuthBuilder::delivery).
///
/// `send` runs in a task of its own, after the request was answered: neither its duration nor its error shows which
/// addresses are known. It is cancelled after 30 seconds. It is called once for each message; a queue that tries again is
/// the application's.
///
/// ```
/// use auth_core::recovery::{Delivery, DeliveryError, Message, MessageKind};
///
/// struct Mailer;
///
/// #[async_trait::async_trait]
/// impl Delivery for Mailer {
///     async fn send(&self, message: Message) -> Result<(), DeliveryError> {
///         let token = message.token(); // after `#`, so that no server logs it
///         let link = match message.kind {
///             MessageKind::PasswordReset(_) => format!("https://app.example.com/reset#{token}"),
///             MessageKind::EmailVerification(_) => format!("https://app.example.com/verify#{token}"),
///             MessageKind::MagicLink(_) => format!("https://app.example.com/login#{token}"),
///             MessageKind::LoginCode(_) => format!("Your code is {token}. Never tell it to anyone."),
///             _ => return Err(DeliveryError::new("no template for this kind of message")),
///         };
///         // smtp.send(&message.to, link).await.map_err(DeliveryError::new)
/// #       drop(link);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Delivery: Send + Sync + 'static {
    /// Sends one message.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`], which is logged and recorded as an event. The message must not contain the token.
    async fn send(&self, message: Message) -> Result<(), DeliveryError>;
}

/// A message to send. `Debug` hides the token.
#[derive(Debug)]
#[non_exhaustive]
pub struct Message {
    /// The kind of message, with its token.
    pub kind: MessageKind,
    /// The recipient.
    pub to: Email,
    /// The subject with this address.
    pub subject: SubjectId,
    /// The time at which the token expires; that of the message if it has no token.
    pub expires_at: Timestamp,
}

/// The kind of a [`Message`].
#[derive(Debug)]
#[non_exhaustive]
pub enum MessageKind {
    /// Sets a new password with [`Auth::reset_password`](crate::Auth::reset_password).
    PasswordReset(Token<Reset>),
    /// Verifies the address with [`Auth::verify_email`](crate::Auth::verify_email).
    EmailVerification(Token<Verification>),
    /// Logs in with [`Auth::magic_link_login`](crate::Auth::magic_link_login).
    MagicLink(Token<MagicLink>),
    /// The code of eight digits that logs in with [`Auth::login_by_code`](crate::Auth::login_by_code). The message says that no
    /// one else needs it.
    LoginCode(SecretString),
    /// Changes the address to that of the message with [`Auth::verify_email`](crate::Auth::verify_email), where
    /// [registrations are private](crate::AuthBuilder::private_registration).
    AddressChange(Token<AddressChange>),
    /// Says to the former address that the account has another one now. It has no token.
    AddressChanged,
    /// Completes a [private registration](crate::AuthBuilder::private_registration): the token sets the password with
    /// [`Auth::reset_password`](crate::Auth::reset_password). Until then no password logs in.
    Registration(Token<Reset>),
    /// Says that there is an account already, to its owner, after a
    /// [private registration](crate::AuthBuilder::private_registration) with its address, or a change of another account's
    /// address to it. The token sets a new password, for an owner who has forgotten it.
    AccountExists(Token<Reset>),
}

impl Message {
    /// The token as text, or the code, for the message only; empty for one without either.
    #[must_use]
    pub fn token(&self) -> &str {
        match &self.kind {
            MessageKind::PasswordReset(token) => token.expose(),
            MessageKind::EmailVerification(token) => token.expose(),
            MessageKind::MagicLink(token) => token.expose(),
            MessageKind::LoginCode(code) => code.expose_secret(),
            MessageKind::AddressChange(token) => token.expose(),
            MessageKind::AddressChanged => "",
            MessageKind::Registration(token) | MessageKind::AccountExists(token) => token.expose(),
        }
    }
}

impl MessageKind {
    /// What the token is for, or what the message is about.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        match self {
            Self::PasswordReset(_) | Self::Registration(_) | Self::AccountExists(_) => Purpose::PasswordReset,
            Self::EmailVerification(_) => Purpose::EmailVerification,
            Self::MagicLink(_) => Purpose::MagicLink,
            Self::LoginCode(_) => Purpose::LoginCode,
            Self::AddressChange(_) | Self::AddressChanged => Purpose::AddressChange,
        }
    }
}

macro_rules! from_token {
    ($($kind:ident => $variant:ident),+) => {$(
        impl From<Token<$kind>> for MessageKind {
            fn from(token: Token<$kind>) -> Self {
                Self::$variant(token)
            }
        }
    )+};
}

from_token!(
    Reset => PasswordReset,
    Verification => EmailVerification,
    MagicLink => MagicLink,
    AddressChange => AddressChange
);

/// A message was not sent. It wraps the error of a mail client.
#[derive(Debug, thiserror::Error)]
#[error("the message was not sent: {0}")]
pub struct DeliveryError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl DeliveryError {
    /// Wraps an error, or its description.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// A [`Delivery`] for development: it sends nothing, and logs each message with its token as a warning. Anyone who reads
/// the log can log in as any user.
///
/// ```
/// use auth_core::recovery::LogDelivery;
///
/// # fn main() -> Result<(), auth_core::BuildError> {
/// let auth = auth_core::testing::in_memory().delivery(LogDelivery).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LogDelivery;

#[async_trait]
impl Delivery for LogDelivery {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        tracing::warn!(target: "auth", "{}", Unsent(&message));
        Ok(())
    }
}

/// The line of a message in the log.
struct Unsent<'a>(&'a Message);

impl fmt::Display for Unsent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (to, until) = (&self.0.to, self.0.expires_at);
        let purpose = match &self.0.kind {
            MessageKind::Registration(_) => "registration",
            MessageKind::AddressChanged => "address_changed",
            MessageKind::AccountExists(_) => "account_exists",
            kind => kind.purpose().name(),
        };
        match self.0.token() {
            "" => write!(f, "message {purpose} to {to}; ")?,
            token => write!(f, "message {purpose} to {to}: {token} (valid until {until}); ")?,
        }
        f.write_str("it is logged and not sent: set a delivery by `AuthBuilder::delivery`")
    }
}
