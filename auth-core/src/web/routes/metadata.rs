//! `GET /.well-known/oauth-authorization-server` (RFC 8414).

use auth_macros::public;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::service::Auth;
use crate::web::Refusal;
use crate::web::http::Json;

#[public]
pub(super) async fn metadata(State(auth): State<Auth>) -> Result<Response, Refusal> {
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(auth.metadata()?)).into_response())
}
