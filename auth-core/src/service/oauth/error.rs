//! Error responses of the OAuth endpoints (RFC 6749 section 5.2).

use http::StatusCode;

use crate::cache::Throttled;
use crate::service::AccountError;

/// An error of the token, revocation or introspection endpoint. Its texts are constants: they echo no input, and stay
/// within the character set of the RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
    /// The used up rate limit, if that is why.
    pub(crate) throttled: Option<Throttled>,
}

impl OAuthError {
    pub(crate) const fn new(status: StatusCode, code: &'static str, description: &'static str) -> Self {
        Self { status, code, description, throttled: None }
    }

    const fn bad_request(code: &'static str, description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, description)
    }

    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// Identical for an unknown client and a wrong secret.
    pub(crate) const fn invalid_client() -> Self {
        let description = "the client is unknown or its authentication failed";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    pub(crate) const fn invalid_grant(description: &'static str) -> Self {
        Self::bad_request("invalid_grant", description)
    }

    /// RFC 9449 section 5.
    const fn invalid_dpop_proof() -> Self {
        Self::bad_request(
            "invalid_dpop_proof",
            "the DPoP proof is missing, malformed, not made for this request, or was used before",
        )
    }

    pub(crate) const fn unauthorized_client() -> Self {
        Self::bad_request("unauthorized_client", "the client may not use this grant type")
    }

    pub(crate) const fn may_not_introspect() -> Self {
        Self::bad_request("unauthorized_client", "the client may not introspect")
    }

    pub(crate) const fn unsupported_grant_type() -> Self {
        Self::bad_request("unsupported_grant_type", "this endpoint does not support the grant type")
    }

    const fn invalid_scope() -> Self {
        Self::bad_request("invalid_scope", "the scope is malformed, unknown or exceeds what can be granted")
    }

    pub(crate) const fn temporarily_unavailable() -> Self {
        let description = "the service is busy or temporarily unavailable; try again shortly";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", description)
    }

    /// RFC 6749 has no code for it; section 4.1.2.1 uses this one for a temporary overload.
    pub(crate) const fn rate_limited(used_up: Throttled) -> Self {
        let description = "too many requests; try again later";
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", description);
        Self { throttled: Some(used_up), ..error }
    }

    pub(crate) const fn method_not_allowed() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::invalid_request("this endpoint takes POST alone") }
    }

    pub(crate) const fn unsupported_token_type() -> Self {
        Self::bad_request("unsupported_token_type", "this endpoint does not revoke tokens of this type")
    }
}

impl From<AccountError> for OAuthError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::InvalidCredentials => Self::invalid_grant("the user name or password is wrong"),
            AccountError::SecondFactorRequired => {
                Self::invalid_grant("the account has a second factor; send a code of it as otp")
            }
            AccountError::WrongSecondFactor => Self::invalid_grant("the code is wrong or was used before"),
            AccountError::InvalidRefreshToken => {
                Self::invalid_grant("the refresh token is invalid, expired, revoked, or another client's or key's")
            }
            AccountError::InvalidDpopProof => Self::invalid_dpop_proof(),
            AccountError::InvalidScope | AccountError::MalformedScope => Self::invalid_scope(),
            AccountError::RateLimited(used_up) => Self::rate_limited(used_up),
            AccountError::Overloaded | AccountError::Unavailable => Self::temporarily_unavailable(),
            AccountError::Misconfigured { .. } => {
                let description = "the service is not configured for this operation";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", description)
            }
            _ => Self::bad_request("invalid_request", "the request cannot be carried out"),
        }
    }
}
