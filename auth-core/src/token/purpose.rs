//! What one-time tokens are for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a one-time token is for.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::token::Purpose;
///
/// assert_eq!(Purpose::PasswordReset.name(), "password_reset");
/// assert_eq!(Purpose::PasswordReset.lifetime(), Duration::from_mins(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// Sets a new password.
    PasswordReset,
    /// Verifies an e-mail address.
    EmailVerification,
    /// Logs in without a password.
    MagicLink,
    /// Logs in without a password, by a code with its challenge.
    LoginCode,
    /// Changes an e-mail address to that of its message.
    AddressChange,
}

impl Purpose {
    const ALL: [Self; 5] =
        [Self::PasswordReset, Self::EmailVerification, Self::MagicLink, Self::LoginCode, Self::AddressChange];

    /// The name in stores and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::EmailVerification => "email_verification",
            Self::MagicLink => "magic_link",
            Self::LoginCode => "login_code",
            Self::AddressChange => "address_change",
        }
    }

    /// How long a token is valid: a password reset 30 minutes, a verification and a change of the address 24 hours, a magic
    /// link 15 minutes, a code 10 minutes.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::from_mins(30),
            Self::EmailVerification | Self::AddressChange => Duration::from_hours(24),
            Self::MagicLink => Duration::from_mins(15),
            Self::LoginCode => Duration::from_mins(10),
        }
    }
}

/// The text is not the name of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown purpose of a one-time token")]
pub struct UnknownPurpose;

impl TryFrom<String> for Purpose {
    type Error = UnknownPurpose;

    fn try_from(text: String) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == text).ok_or(UnknownPurpose)
    }
}
