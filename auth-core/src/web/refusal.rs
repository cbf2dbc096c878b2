//! Every way to be refused, and the one table that says how each is answered.

use std::time::Duration;

use axum::http::StatusCode;

use crate::base::InvalidEmail;
use crate::password::{PasswordError, WeakPassword};
use crate::store::StoreError;
use crate::token::TokenError;

/// Why a caller was refused, by a guard or by an operation of [`Auth`](crate::Auth).
///
/// Its text is what the caller is told; it never says which part of a credential was wrong.
///
/// A handler answers one by [`Auth::reject`](crate::Auth::reject); status and challenge (RFC 6750, RFC 9470) follow from it.
///
/// ```
/// use auth_core::Refusal;
///
/// assert_eq!(Refusal::NoCredential { api_key: false }.status(), 401);
/// assert_eq!(Refusal::InsufficientRole.status(), 403);
/// assert_eq!(Refusal::Unavailable.status(), 503); // undecided is never allowed
/// assert_eq!(Refusal::WrongPassword.to_string(), "Incorrect email or password");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No credential was sent that the route looks for.
    #[error("This needs a credential, and the request carries none.")]
    NoCredential {
        /// Whether an API key would do.
        api_key: bool,
    },
    /// A credential was sent and is not valid.
    #[error("The credential is malformed, expired, revoked or otherwise invalid.")]
    InvalidCredential {
        /// Whether an API key would do.
        api_key: bool,
    },
    /// The DPoP proof (RFC 9449) that the request needs is missing, malformed, for another request, or was used before.
    #[error("The DPoP proof is missing, malformed, not made for this request, or was used before.")]
    InvalidDpopProof {
        /// Whether tokens were asked for, which is answered 400 (section 5), or one was used, which is answered 401
        /// (section 7.1).
        for_tokens: bool,
    },
    /// Credentials were sent in a way that leaves open which one is meant.
    #[error("The request carries more than one credential of the same kind.")]
    AmbiguousCredential,
    /// The caller is known and lacks the role.
    #[error("The caller does not hold a role that this needs.")]
    InsufficientRole,
    /// The credential lacks a scope.
    #[error("The credential does not carry a scope that this needs.")]
    InsufficientScope {
        /// The scopes that a credential needs here, those that it has included.
        scopes: Vec<&'static str>,
    },
    /// The credential lacks something else that the requirement asks for.
    #[error("The credential does not carry {what}.")]
    InsufficientCredential {
        /// What, as in `the claim "tenant" with the value that this needs`.
        what: String,
    },
    /// The caller is known, and the requirement excludes it.
    #[error("This is not for this caller.")]
    Excluded,
    /// The application's own rule said no.
    #[error("The caller may not do this.")]
    Forbidden,
    /// The subject must authenticate again, or by a stronger method (RFC 9470).
    #[error("This needs a more recent or stronger authentication.")]
    StepUp {
        /// How recent.
        max_age: Option<Duration>,
        /// By which method, one of these (RFC 8176 `amr` values); none named when only the age matters.
        amr: Vec<&'static str>,
    },
    /// Login name or password are wrong, or the user is inactive. The same words for all of them.
    #[error("Incorrect email or password")]
    WrongPassword,
    /// The current password, asked for again before something that matters, is wrong. Not 401: the access token is fine,
    /// and a client must not take this for its end.
    #[error("The current password is incorrect.")]
    WrongCurrentPassword,
    /// The refresh token is unknown, used, expired, or its session has ended.
    #[error("The refresh token is invalid, expired or revoked.")]
    InvalidRefreshToken,
    /// A scope was asked for that is malformed, unknown or more than may be had.
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
    /// The request itself could not be read.
    #[error("{detail}")]
    BadRequest {
        /// 400, 413, 415, 422 or another client error.
        status: StatusCode,
        /// What was wrong with it.
        detail: String,
    },
    /// There is no such thing, or none of the caller's.
    #[error("There is no such {what}.")]
    NotFound {
        /// What was asked for.
        what: &'static str,
    },
    /// Too much work is waiting.
    #[error("The service is busy; try again shortly.")]
    Busy,
    /// A store did not answer. Undecided is refused.
    #[error("The service is temporarily unavailable; try again shortly.")]
    Unavailable,
}

/// How a refusal is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The last part of the problem's `type`.
    pub(crate) slug: &'static str,
    pub(crate) title: &'static str,
    pub(crate) challenge: Challenge,
}

/// Which `WWW-Authenticate` challenge goes along (RFC 6750 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    None,
    /// Without `error`: the request carried no credential.
    Plain,
    /// With this `error`.
    Error(&'static str),
}

impl Refusal {
    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer().status
    }

    /// The same refusal on a route where an API key would do, or would not.
    pub(crate) fn where_api_key(self, would_do: bool) -> Self {
        match self {
            Self::NoCredential { .. } => Self::NoCredential { api_key: would_do },
            Self::InvalidCredential { .. } => Self::InvalidCredential { api_key: would_do },
            other => other,
        }
    }

    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::BadRequest { status: StatusCode::UNPROCESSABLE_ENTITY, detail: detail.into() }
    }

    /// One row for each refusal.
    pub(crate) fn answer(&self) -> Answer {
        use Challenge::{Error, None, Plain};
        let (status, slug, title, challenge) = match self {
            Self::NoCredential { .. } => (401, "unauthenticated", "Authentication required", Plain),
            Self::InvalidCredential { .. } => (401, "invalid-token", "Invalid credential", Error("invalid_token")),
            Self::InvalidDpopProof { for_tokens: true } => (400, "invalid-dpop-proof", "Invalid proof of a key", None),
            Self::InvalidDpopProof { for_tokens: false } => {
                (401, "invalid-dpop-proof", "Invalid proof of a key", Error("invalid_dpop_proof"))
            }
            Self::AmbiguousCredential => (400, "invalid-request", "Ambiguous credential", Error("invalid_request")),
            Self::InsufficientRole => (403, "insufficient-role", "Forbidden", Error("insufficient_scope")),
            Self::InsufficientScope { .. } => (403, "insufficient-scope", "Forbidden", Error("insufficient_scope")),
            Self::InsufficientCredential { .. } => {
                (403, "insufficient-credential", "Forbidden", Error("insufficient_scope"))
            }
            Self::Excluded => (403, "excluded", "Forbidden", Error("insufficient_scope")),
            Self::Forbidden => (403, "forbidden", "Forbidden", Error("insufficient_scope")),
            Self::StepUp { .. } => {
                (401, "step-up", "Stronger authentication required", Error("insufficient_user_authentication"))
            }
            Self::WrongPassword => (401, "wrong-password", "Login failed", Plain),
            Self::WrongCurrentPassword => (403, "wrong-current-password", "Forbidden", Plain),
            Self::InvalidRefreshToken => (401, "invalid-refresh-token", "Refresh failed", Error("invalid_token")),
            Self::InvalidScope => (400, "invalid-scope", "Invalid scope", None),
            Self::EmailTaken => (409, "email-taken", "Conflict", None),
            Self::InvalidEmail(_) => (422, "invalid-email", "Invalid email", None),
            Self::WeakPassword(_) => (422, "weak-password", "Weak password", None),
            Self::BadRequest { status, .. } => {
                (status.as_u16(), "bad-request", status.canonical_reason().unwrap_or("Bad request"), None)
            }
            Self::NotFound { .. } => (404, "not-found", "Not found", None),
            Self::Busy => (503, "busy", "Busy", None),
            Self::Unavailable => (503, "unavailable", "Unavailable", None),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Answer { status, slug, title, challenge }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "auth", %error, "a store failed; the request is refused");
        Self::Unavailable
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        tracing::error!(target: "auth", %error, "a password could not be processed");
        Self::Busy
    }
}

/// For tokens of ours that could not be made or opened; a token that was presented is refused where it is verified.
impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        tracing::error!(target: "auth", %error, "a token could not be made");
        Self::Unavailable
    }
}
