//! Why a guard refuses a caller.

use std::time::Duration;

use crate::cache::Throttled;
use crate::store::StoreError;
use crate::token::TokenError;
use crate::token::dpop::ProofError;

/// Why a guard or an extractor refused a caller.
///
/// Its text goes into the response and never says which part of a credential is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The request has no credential of a kind that the route accepts.
    #[error("The request requires a credential and has none.")]
    NoCredential {
        /// Whether the route accepts API keys.
        api_key: bool,
        /// The scopes that the route demands of an access token in any case.
        scopes: Vec<&'static str>,
    },
    /// The request has an invalid credential, or only one of a kind that the route does not accept.
    #[error("The credential is malformed, expired, revoked or otherwise invalid.")]
    InvalidCredential {
        /// Whether the route accepts API keys.
        api_key: bool,
        /// The scopes that the route demands of an access token in any case.
        scopes: Vec<&'static str>,
    },
    /// The required DPoP proof (RFC 9449) is missing, malformed, made for another request, or was used before.
    #[error("The DPoP proof is missing, malformed, not made for this request, or was used before.")]
    InvalidDpopProof,
    /// A request with a credential in a cookie, or a login of [browser mode](crate::GuardedRouter::browser), that does not
    /// come from a page of the service (CSRF): the browser names another site, or the client sends neither
    /// `Sec-Fetch-Site` nor `Origin` and no valid `X-CSRF-Token`.
    #[error("The request comes from another site, or does not say where it comes from.")]
    CrossSite,
    /// More than one credential of the same kind.
    #[error("The request has more than one credential of the same kind.")]
    AmbiguousCredential,
    /// The caller lacks a required role.
    #[error("The caller lacks a required role.")]
    InsufficientRole,
    /// No role of the caller has a required permission.
    #[error("The caller lacks a required permission.")]
    InsufficientPermission,
    /// The credential lacks a required scope.
    #[error("The credential lacks a required scope.")]
    InsufficientScope {
        /// All required scopes, including those that the credential has.
        scopes: Vec<&'static str>,
    },
    /// The credential lacks another required property.
    #[error("The credential does not carry {what}.")]
    InsufficientCredential {
        /// The property, for instance `the claim "tenant" with the value that this needs`.
        what: String,
    },
    /// The requirement excludes the caller.
    #[error("The caller is excluded from this resource.")]
    Denied,
    /// A condition of the handler is false.
    #[error("The caller may not do this.")]
    Forbidden,
    /// The subject must authenticate again, or by a stronger method (RFC 9470).
    #[error("This requires a more recent or stronger authentication.")]
    StepUp {
        /// Maximum age of the authentication.
        max_age: Option<Duration>,
        /// Accepted methods (RFC 8176 `amr` values); empty when only the age matters.
        amr: Vec<&'static str>,
    },
    /// A [rate limit](crate::AuthBuilder::rate_limits) is used up.
    #[error("Too many requests; try again later.")]
    RateLimited(Throttled),
    /// Too many requests are waiting.
    #[error("The service is busy; try again shortly.")]
    Overloaded,
    /// A store or another service did not answer. A request that cannot be decided is refused.
    #[error("The service is temporarily unavailable; try again shortly.")]
    Unavailable,
    /// The service lacks something that the guard needs; the log names it.
    #[error("The service is not configured for this request.")]
    Misconfigured,
}

impl AccessError {
    /// [`NoCredential`](Self::NoCredential) of no particular route.
    pub(crate) const fn no_credential() -> Self {
        Self::NoCredential { api_key: false, scopes: Vec::new() }
    }

    /// [`InvalidCredential`](Self::InvalidCredential) of no particular route.
    pub(crate) const fn invalid_credential() -> Self {
        Self::InvalidCredential { api_key: false, scopes: Vec::new() }
    }

    /// The same refusal for a route that accepts API keys, or does not.
    pub(crate) fn where_api_key(self, api_key: bool) -> Self {
        match self {
            Self::NoCredential { scopes, .. } => Self::NoCredential { api_key, scopes },
            Self::InvalidCredential { scopes, .. } => Self::InvalidCredential { api_key, scopes },
            other => other,
        }
    }

    /// The same refusal for a route that demands these scopes.
    pub(crate) fn demanding(mut self, demanded: impl FnOnce() -> Vec<&'static str>) -> Self {
        if let Self::NoCredential { scopes, .. } | Self::InvalidCredential { scopes, .. } = &mut self {
            *scopes = demanded();
        }
        self
    }
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "auth", %error, "store failed; request refused");
        Self::Unavailable
    }
}

/// Why a credential is invalid. For events only; the response does not name the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the DPoP proof was refused: {0}")]
    Proof(#[from] ProofError),
}
