//! Error bodies in FastAPI's form: `{"detail": ..}`.

use auth_core::http::{ErrorBody, Problem};
use auth_core::prelude::*;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

/// The bodies of refusals, in the tutorial's words. Status and challenge remain auth-core's.
pub(crate) fn detail() -> ErrorBody {
    ErrorBody::new(|problem: &Problem| {
        let detail = match problem.kind.rsplit(':').next() {
            Some("unauthenticated") => "Not authenticated",
            Some("invalid-token") => "Could not validate credentials",
            Some("insufficient-scope") => "Not enough permissions",
            _ => &problem.detail,
        };
        Json(json!({ "detail": detail })).into_response()
    })
}

pub(crate) fn error(status: StatusCode, detail: &Value) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

pub(crate) fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, &"Not Found".into())
}

#[public]
pub(crate) async fn method_not_allowed() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, &"Method Not Allowed".into())
}
