//! `GET /.well-known/jwks.json` (RFC 7517 section 5).

use auth_macros::public;
use aws_lc_rs::digest;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::service::Auth;

/// How long the set may be cached, in seconds. A verifier with an unknown `kid` fetches it again anyway.
const CACHE_CONTROL: &str = "public, max-age=300";

#[public]
pub(super) async fn keys(State(auth): State<Auth>, headers: HeaderMap) -> Response {
    let body = auth.access_tokens().keys().ring().to_jwks().to_string();
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]));
    let known = is_known(&headers, &tag);
    let caching = [(header::CACHE_CONTROL, CACHE_CONTROL.to_owned()), (header::ETAG, tag)];
    if known {
        (StatusCode::NOT_MODIFIED, caching).into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/jwk-set+json")], caching, body).into_response()
    }
}

/// `If-None-Match` (RFC 9110 section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let listed = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag)
}
