//! Why a guard refuses a caller.

use std::time::Duration;

use crate::store::StoreError;
use crate::token::TokenError;
use crate::token::dpop::ProofError;

/// Why a guard or an extractor refused a caller.
///
/// Its text is for the response; it never says which part of a credential was wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The request carries no credential that the route looks at.
    #[error("This needs a credential, and the request carries none.")]
    NoCredential {
        /// Whether an API key would do.
        api_key: bool,
    },
    /// The request carries a credential that is not valid here.
    #[error("The credential is malformed, expired, revoked or otherwise invalid.")]
    InvalidCredential {
        /// Whether an API key would do.
        api_key: bool,
    },
    /// The DPoP proof (RFC 9449) that the token needs is missing, malformed, for another request, or was used before.
    #[error("The DPoP proof is missing, malformed, not made for this request, or was used before.")]
    InvalidDpopProof,
    /// More than one credential of a kind: it is open which one is meant.
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
        /// What, for instance `the claim "tenant" with the value that this needs`.
        what: String,
    },
    /// The caller is known, and the requirement excludes it.
    #[error("This is not for this caller.")]
    Denied,
    /// A condition of the handler does not hold.
    #[error("The caller may not do this.")]
    Forbidden,
    /// The subject must authenticate again, or by a stronger method (RFC 9470).
    #[error("This needs a more recent or stronger authentication.")]
    StepUp {
        /// How recent.
        max_age: Option<Duration>,
        /// By which method, one of these (RFC 8176 `amr` values); empty when only the age matters.
        amr: Vec<&'static str>,
    },
    /// Too much work is waiting.
    #[error("The service is busy; try again shortly.")]
    Overloaded,
    /// A store or another service did not answer: what cannot be decided is refused.
    #[error("The service is temporarily unavailable; try again shortly.")]
    Unavailable,
    /// The service is not wired as this guard needs; the log says how.
    #[error("The service is not set up for this.")]
    Misconfigured,
}

impl AccessError {
    /// The same refusal on a route where an API key would do, or would not.
    pub(crate) fn where_api_key(self, would_do: bool) -> Self {
        match self {
            Self::NoCredential { .. } => Self::NoCredential { api_key: would_do },
            Self::InvalidCredential { .. } => Self::InvalidCredential { api_key: would_do },
            other => other,
        }
    }
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "auth", %error, "a store failed; the request is refused");
        Self::Unavailable
    }
}

/// Why a credential did not verify. For events: the response says only that it is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the DPoP proof was refused: {0}")]
    Proof(#[from] ProofError),
}
