//! Responses that must not be stored.

use std::convert::Infallible;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponseParts, Response, ResponseParts};

/// Headers of responses with a secret (RFC 6749 section 5.1).
pub(crate) const NO_STORE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

/// The headers of a response with a secret, such as the tokens of a login (RFC 6749 section 5.1):
/// `Cache-Control: no-store` and `Pragma: no-cache`. Responses of guarded handlers have the first one without it.
///
/// ```
/// use auth_core::http::{Json, NoStore};
/// use axum::response::IntoResponse as _;
///
/// let response = (NoStore, Json(["a secret"])).into_response();
/// assert_eq!(response.headers()["cache-control"], "no-store");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoStore;

impl IntoResponseParts for NoStore {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        for (name, value) in NO_STORE {
            parts.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Ok(parts)
    }
}

/// Forbids caches to store a response that has no `Cache-Control` of its own.
///
/// By itself HTTP protects only what answers a request with `Authorization`, and only from shared caches (RFC 9111 section
/// 3.5): an API key and a cookie are other headers.
pub(crate) fn no_store(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
