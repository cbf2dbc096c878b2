//! Responses that must not be stored.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// Headers of responses with a secret (RFC 6749 section 5.1).
pub(crate) const NO_STORE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

/// Forbids caches to store a response that has no `Cache-Control` of its own.
///
/// By itself HTTP protects only what answers a request with `Authorization`, and only from shared caches (RFC 9111 section
/// 3.5): an API key and a cookie are other headers.
pub(crate) fn no_store(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
