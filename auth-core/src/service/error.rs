//! Why an operation on accounts, sessions or keys failed.

use crate::base::InvalidEmail;
use crate::password::{PasswordError, WeakPassword};
use crate::store::StoreError;
use crate::token::TokenError;
use crate::verify::AccessError;

/// Why an operation of [`Auth`](crate::Auth) failed.
///
/// In a handler, `?` makes a [`Refusal`](crate::Refusal) of it. Its text is for the response.
///
/// ```
/// use auth_core::AccountError;
///
/// assert_eq!(AccountError::InvalidCredentials.to_string(), "Incorrect email or password");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Login name or password are wrong, or the user is inactive. The same words for all of them.
    #[error("Incorrect email or password")]
    InvalidCredentials,
    /// The current password, asked for again before something that matters, is wrong. Not 401: the access token is valid,
    /// and a client must not take this for its end.
    #[error("The current password is incorrect.")]
    WrongCurrentPassword,
    /// The refresh token is unknown, used, expired, or its session has ended.
    #[error("The refresh token is invalid, expired or revoked.")]
    InvalidRefreshToken,
    /// The DPoP proof of a request for tokens (RFC 9449 section 5) is missing, malformed, for another request, or was
    /// used before.
    #[error("The DPoP proof is missing, malformed, not made for this request, or was used before.")]
    InvalidDpopProof,
    /// The requested scope is malformed, unknown or not available to the client.
    #[error("The scope is malformed, unknown or more than may be had.")]
    InvalidScope,
    /// The e-mail address is in use.
    #[error("This email address is taken.")]
    EmailTaken,
    /// Not an e-mail address.
    #[error("The email is {0}.")]
    InvalidEmail(#[from] InvalidEmail),
    /// The new password breaks a rule.
    #[error("Choose another password: {0}.")]
    WeakPassword(#[from] WeakPassword),
    /// A value is outside of its limits.
    #[error("{detail}")]
    InvalidInput {
        /// Which, and what it may be.
        detail: &'static str,
    },
    /// There is no such thing, or the caller has none.
    #[error("There is no such {what}.")]
    NotFound {
        /// What was asked for.
        what: &'static str,
    },
    /// Too much work is waiting.
    #[error("The service is busy; try again shortly.")]
    Overloaded,
    /// A store did not answer.
    #[error("The service is temporarily unavailable; try again shortly.")]
    Unavailable,
    /// This `Auth` lacks what the operation needs: a store that takes registrations, for instance.
    #[error("The service is not set up for this: it has no {missing}.")]
    Misconfigured {
        /// What it lacks.
        missing: &'static str,
    },
}

impl AccountError {
    pub(crate) fn misconfigured(missing: &'static str) -> Self {
        tracing::error!(target: "auth", "an operation needs {missing}, and this Auth was built without: see AuthBuilder");
        Self::Misconfigured { missing }
    }
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "auth", %error, "a store failed; the operation ends");
        Self::Unavailable
    }
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        tracing::error!(target: "auth", %error, "a password could not be processed");
        Self::Overloaded
    }
}

/// For tokens of ours that could not be made or opened; a token that was presented is refused where it is verified.
impl From<TokenError> for AccountError {
    fn from(error: TokenError) -> Self {
        tracing::error!(target: "auth", %error, "a token could not be made");
        Self::Unavailable
    }
}

/// What the proof of a request for tokens can fail by.
impl From<AccessError> for AccountError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::InvalidDpopProof => Self::InvalidDpopProof,
            AccessError::Overloaded => Self::Overloaded,
            AccessError::Unavailable => Self::Unavailable,
            other => {
                tracing::error!(target: "auth", error = %other, "an operation was refused as a guard refuses");
                Self::Unavailable
            }
        }
    }
}
