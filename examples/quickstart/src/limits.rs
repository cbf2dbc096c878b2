//! Limits of request headers.

use auth_core::{BodyError, Refusal};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Refuses requests whose header fields are too large together (RFC 6585 section 5).
pub(crate) async fn header_size(request: Request, next: Next) -> Response {
    let size: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size <= MAX_HEADER_BYTES {
        return next.run(request).await;
    }
    let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    let detail = format!("The header fields are larger than {} KiB together.", MAX_HEADER_BYTES / 1024);
    Refusal::from(BodyError::new(status, detail)).into_response()
}
