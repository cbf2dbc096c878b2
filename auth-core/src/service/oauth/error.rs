//! How OAuth's endpoints refuse (RFC 6749 section 5.2).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::service::Auth;
use crate::web::Refusal;
use crate::web::http::{Json, NO_STORE, quotable};

/// An error of the token, revocation or introspection endpoint. Its texts are constants: nothing that was sent comes
/// back, and the RFC's character set is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl OAuthError {
    const fn bad_request(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description }
    }

    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// The same for an unknown client and a wrong secret.
    pub(crate) const fn invalid_client() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: "invalid_client",
            description: "the client is unknown or did not authenticate as it must",
        }
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
        Self::bad_request("unsupported_grant_type", "the grant type is not one that this endpoint takes")
    }

    const fn invalid_scope() -> Self {
        Self::bad_request("invalid_scope", "the scope is malformed, unknown or more than may be had")
    }

    pub(crate) const fn unsupported_token_type() -> Self {
        Self::bad_request("unsupported_token_type", "this kind of token is not revoked here")
    }

    /// The response, in the realm of `auth`.
    pub(crate) fn response(self, auth: &Auth) -> Response {
        let response = self.into_response();
        // RFC 9110 section 15.5.2 wants a challenge with every 401, however the client tried to authenticate.
        if self.status == StatusCode::UNAUTHORIZED { auth.challenge_by_basic(response) } else { response }
    }

    /// The response to a guard's refusal: its status, challenge and other headers, and the body in OAuth's form.
    pub(crate) fn instead_of(response: Response) -> Response {
        let Some(refusal) = response.extensions().get::<Refusal>() else { return response };
        let mut answer = Self::of_guard(refusal).into_response();
        *answer.status_mut() = response.status();
        let own = answer.headers().clone();
        for (name, value) in response.headers().iter().filter(|(name, _)| !own.contains_key(*name)) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        answer
    }

    /// RFC 7662 section 2.3: refused as RFC 6750 says.
    fn of_guard(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NoCredential { .. } => {
                Self { description: "this needs an API key, and the request carries none", ..Self::invalid_client() }
            }
            Refusal::InvalidCredential { .. } => Self {
                status: StatusCode::UNAUTHORIZED,
                code: "invalid_token",
                description: "the credential is malformed, expired, revoked or otherwise invalid",
            },
            Refusal::InsufficientScope { .. } => Self {
                status: StatusCode::FORBIDDEN,
                code: "insufficient_scope",
                description: "the credential does not carry the scope that this needs",
            },
            other => Self::from(other),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Body { error: self.code, error_description: self.description };
        let mut response = (self.status, NO_STORE, Json(body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<&Refusal> for OAuthError {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::WrongPassword => Self::invalid_grant("the user name or password is wrong"),
            Refusal::InvalidRefreshToken => {
                Self::invalid_grant("the refresh token is invalid, expired, revoked, or another client's or key's")
            }
            Refusal::InvalidDpopProof { .. } => Self::invalid_dpop_proof(),
            Refusal::InvalidScope => Self::invalid_scope(),
            other if other.status().is_server_error() => Self {
                status: other.status(),
                code: "temporarily_unavailable",
                description: "the service is busy or temporarily unavailable; try again shortly",
            },
            other => Self {
                status: other.status(),
                code: "invalid_request",
                description: "the request cannot be carried out",
            },
        }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Self::from(&refusal)
    }
}

impl Auth {
    /// Adds the challenge by which a client authenticates, unless it is there.
    pub(crate) fn challenge_by_basic(&self, mut response: Response) -> Response {
        let challenge = format!("Basic realm=\"{}\", charset=\"UTF-8\"", quotable(self.realm()));
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            let there = response.headers().get_all(header::WWW_AUTHENTICATE).iter().any(|other| *other == challenge);
            if !there {
                response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
            }
        }
        response
    }
}
