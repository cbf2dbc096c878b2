//! `Tokens` as a response (RFC 6749 section 5.1).

use axum::response::{IntoResponse, Response};

use crate::service::Tokens;
use crate::web::http::{Json, NO_STORE};

impl IntoResponse for Tokens {
    fn into_response(self) -> Response {
        (NO_STORE, Json(self)).into_response()
    }
}
