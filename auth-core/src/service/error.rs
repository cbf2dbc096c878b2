//! Errors of operations on accounts, sessions and keys.

use crate::base::InvalidEmail;
use crate::cache::Throttled;
use crate::password::{PasswordError, WeakPassword};
use crate::store::{FieldError, StoreError, UNSTORABLE, UserRejected};
use crate::token::TokenError;
use crate::verify::AccessError;

/// An error of an operation of [`Auth`](crate::Auth).
///
/// Every operation fails with [`Unavailable`](Self::Unavailable) when a store does not answer, and with
/// [`Misconfigured`](Self::Misconfigured) on a resource server. In a handler, `?` converts the error into a
/// [`Refusal`](crate::Refusal). Its message is safe to send to the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The login name or password is wrong, or the user is inactive. The message does not say which.
    #[error("Incorrect email or password")]
    InvalidCredentials,
    /// The current password, required to confirm an operation, is wrong. Not 401: the access token is still valid.
    #[error("The current password is incorrect.")]
    WrongCurrentPassword,
    /// The caller's session has ended, or its account or roles have changed, since the request was verified. Nothing
    /// was changed.
    #[error("The session has ended or the account has changed during the request.")]
    CallerChanged,
    /// The refresh token is unknown, used or expired, or its session has ended.
    #[error("The refresh token is invalid, expired or revoked.")]
    InvalidRefreshToken,
    /// The first factor is right, and the subject has a second one, of which no code was sent.
    #[error("The account has a second factor: send a code of it as well.")]
    SecondFactorRequired,
    /// The first factor is right, and the code of the second one is wrong or was used before.
    #[error("The code of the second factor is wrong or was used before.")]
    WrongSecondFactor,
    /// The code of a subject that is logged in is wrong or was used before. Not 401: the access token is still valid.
    #[error("The code is wrong or was used before.")]
    InvalidCode,
    /// The subject has a second factor of this kind.
    #[error("There is a second factor of this kind; remove it first.")]
    SecondFactorExists,
    /// The session has not authenticated recently, or not by the second factor.
    #[error("Authenticate again, with the second factor where there is one.")]
    StepUpRequired,
    /// The one-time token of a message is unknown, used or expired, of another kind, or its subject has changed.
    #[error("The token is invalid, expired or was used before.")]
    InvalidOneTimeToken,
    /// The DPoP proof of a token request (RFC 9449 section 5) is missing, malformed, for another request, or was used
    /// before.
    #[error("The DPoP proof is missing, malformed, not made for this request, or was used before.")]
    InvalidDpopProof,
    /// The requested scope is malformed, unknown or not available to the client.
    #[error("The scope is malformed, unknown or exceeds what can be granted.")]
    InvalidScope,
    /// The requested scope of a login does not have the form of RFC 6749 section 3.3.
    #[error("`scope` {SCOPE_FORM}.")]
    MalformedScope,
    /// The API key, or one that it is derived from, has expired or ended, so that a new secret would never be accepted.
    #[error("The API key has expired; create another one.")]
    ApiKeyExpired,
    /// The e-mail address is in use.
    #[error("This email address is taken.")]
    EmailTaken,
    /// Fields of a registration cannot be used, by the answer of the application's
    /// [`UserRegistry`](crate::store::UserRegistry).
    #[error("{}", of_fields(.fields))]
    InvalidFields {
        /// The fields with their reasons. The response lists them in `errors` (RFC 9457 section 3).
        fields: Vec<FieldError>,
    },
    /// The account is the last active one with a [needed role](crate::AuthBuilder::needed_role).
    #[error("This is the last active account with its role; give the role to another account first.")]
    LastOfRole,
    /// The e-mail address is invalid.
    #[error("The email is {0}.")]
    InvalidEmail(#[from] InvalidEmail),
    /// The new password violates a rule.
    #[error("Choose another password: {0}.")]
    WeakPassword(#[from] WeakPassword),
    /// A value is outside its limits.
    #[error("{detail}")]
    InvalidInput {
        /// The value and its limits.
        detail: &'static str,
    },
    /// The object does not exist, or does not belong to the caller.
    #[error("There is no such {what}.")]
    NotFound {
        /// The kind of object.
        what: &'static str,
    },
    /// A [rate limit](crate::AuthBuilder::rate_limits) is used up. Nothing was checked or changed.
    #[error("Too many requests; try again later.")]
    RateLimited(Throttled),
    /// Too many operations are queued.
    #[error("The service is busy; try again shortly.")]
    Overloaded,
    /// A store, or a [required breach check](crate::AuthBuilder::require_breach_check), did not answer. A change may have been
    /// made all the same.
    #[error("The service is temporarily unavailable; try again shortly.")]
    Unavailable,
    /// This `Auth` was built without a part that the operation needs, such as a store that accepts registrations.
    #[error("The service is not configured for this operation: it has no {missing}.")]
    Misconfigured {
        /// The missing part.
        missing: &'static str,
    },
}

const SCOPE_FORM: &str = "must be printable ASCII tokens without quotes and backslashes, separated by single spaces";

/// `username is taken; age must be a number`.
fn of_fields(fields: &[FieldError]) -> String {
    let texts: Vec<_> = fields.iter().map(ToString::to_string).collect();
    format!("The registration cannot be accepted: {}.", texts.join("; "))
}

impl From<UserRejected> for AccountError {
    fn from(rejected: UserRejected) -> Self {
        match rejected {
            UserRejected::EmailTaken => Self::EmailTaken,
            UserRejected::Fields(fields) => Self::InvalidFields { fields },
        }
    }
}

impl AccountError {
    /// The fields that cannot be used; empty when the error is not about a field that it names.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::EmailTaken => vec![FieldError::taken("email")],
            Self::MalformedScope => vec![FieldError::invalid("scope", SCOPE_FORM)],
            Self::InvalidFields { fields } => fields.clone(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn misconfigured(missing: &'static str) -> Self {
        tracing::error!(target: "auth", "an operation needs {missing}, which this Auth was built without; see AuthBuilder");
        Self::Misconfigured { missing }
    }

    /// The error of a code in a login, whose caller has no access token.
    pub(crate) fn at_login(self) -> Self {
        if self == Self::InvalidCode { Self::WrongSecondFactor } else { self }
    }

    /// Whether a presented credential was wrong, which rate limits count.
    pub(crate) const fn is_wrong_credential(&self) -> bool {
        matches!(
            self,
            Self::InvalidCredentials
                | Self::WrongCurrentPassword
                | Self::InvalidRefreshToken
                | Self::InvalidOneTimeToken
                | Self::InvalidCode
        )
    }
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        if let StoreError::InvalidText(_) = error {
            return Self::InvalidInput { detail: UNSTORABLE };
        }
        tracing::error!(target: "auth", %error, "a store failed; the operation was aborted");
        Self::Unavailable
    }
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        tracing::error!(target: "auth", %error, "a password could not be processed");
        Self::Overloaded
    }
}

/// For tokens that this service could not create or open; presented tokens are refused by the verifier.
impl From<TokenError> for AccountError {
    fn from(error: TokenError) -> Self {
        tracing::error!(target: "auth", %error, "a token could not be created or opened");
        Self::Unavailable
    }
}

/// For the DPoP proof of a token request.
impl From<AccessError> for AccountError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::InvalidDpopProof => Self::InvalidDpopProof,
            AccessError::RateLimited(used_up) => Self::RateLimited(used_up),
            AccessError::Overloaded => Self::Overloaded,
            AccessError::Unavailable => Self::Unavailable,
            other => {
                tracing::error!(target: "auth", error = %other, "unexpected access error in an operation");
                Self::Unavailable
            }
        }
    }
}
