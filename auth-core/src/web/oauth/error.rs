//! OAuth errors as responses.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::service::Auth;
use crate::service::oauth::OAuthError;
use crate::verify::AccessError;
use crate::web::Refusal;
use crate::web::http::{Json, NO_STORE, add_rate_limit, quotable};

/// Headers that describe a body.
const OF_BODY: [HeaderName; 3] = [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::ETAG];

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl OAuthError {
    /// The response, in the realm of `auth`.
    pub(crate) fn response(self, auth: &Auth) -> Response {
        let response = self.into_response();
        // RFC 9110 section 15.5.2 demands a challenge with every 401, however the client tried to authenticate.
        if self.status == StatusCode::UNAUTHORIZED { auth.challenge_by_basic(response) } else { response }
    }

    /// The response to a guard's refusal: its status, challenge and other headers, with an OAuth error as its body.
    pub(crate) fn instead_of(response: Response) -> Response {
        let Some(refusal) = response.extensions().get::<Refusal>() else { return response };
        let mut answer = Self::of_guard(refusal).into_response();
        *answer.status_mut() = response.status();
        let own = answer.headers().clone();
        // Of the other body.
        let is_left = |name: &HeaderName| own.contains_key(name) || OF_BODY.contains(name);
        for (name, value) in response.headers().iter().filter(|(name, _)| !is_left(name)) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        answer
    }

    /// RFC 7662 section 2.3: the errors of RFC 6750.
    fn of_guard(refusal: &Refusal) -> Self {
        let status = refusal.status();
        let Refusal::Access(error) = refusal else {
            return Self { status, ..Self::invalid_request("the request cannot be carried out") };
        };
        match error {
            AccessError::NoCredential { .. } => {
                Self { description: "this needs an API key, and the request carries none", ..Self::invalid_client() }
            }
            AccessError::InvalidCredential { .. } => {
                Self::new(status, "invalid_token", "the credential is malformed, expired, revoked or otherwise invalid")
            }
            AccessError::InsufficientScope { .. } => {
                Self::new(status, "insufficient_scope", "the credential does not carry the scope that this needs")
            }
            AccessError::AmbiguousCredential => {
                Self { status, ..Self::invalid_request("the request has more than one credential of the same kind") }
            }
            AccessError::RateLimited(used_up) => Self::rate_limited(*used_up),
            AccessError::Overloaded | AccessError::Unavailable => Self::temporarily_unavailable(),
            _ => Self { status, ..Self::invalid_request("the request cannot be carried out") },
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Body { error: self.code, error_description: self.description };
        let mut response = (self.status, NO_STORE, Json(body)).into_response();
        if let Some(used_up) = &self.throttled {
            add_rate_limit(response.headers_mut(), used_up);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl Auth {
    /// Adds the challenge for client authentication, unless it is present.
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

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn an_oauth_error_takes_over_no_header_of_the_body_that_it_replaces() {
        let mut refused = Refusal::from(AccessError::Denied).into_response();
        let headers = [(header::CONTENT_LENGTH, "7"), (header::CONTENT_ENCODING, "gzip"), (header::VARY, "accept")];
        refused.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
        let answer = OAuthError::instead_of(refused);
        assert_eq!(answer.status(), 403);
        let names = [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::VARY];
        assert_eq!(names.map(|name| answer.headers().contains_key(name)), [false, false, true]);
    }
}
