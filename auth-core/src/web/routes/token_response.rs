//! A token response (RFC 6749 section 5.1).

use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::service::session::Tokens;
use crate::web::http::{Json, NO_STORE};

#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

pub(super) fn token_response(tokens: &Tokens, scope: Option<&str>) -> Response {
    let body = TokenResponse {
        access_token: tokens.access.expose(),
        refresh_token: tokens.refresh.expose(),
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
        scope,
    };
    (NO_STORE, Json(body)).into_response()
}
