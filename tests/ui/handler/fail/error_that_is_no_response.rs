use auth_core::prelude::*;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

struct AppError;

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

#[require_auth]
async fn add(text: String) -> Result<String, AppError> {
    Err(AppError)
}

// right:
//
// impl IntoResponse for AppError {
//     fn into_response(self) -> Response {
//         StatusCode::INTERNAL_SERVER_ERROR.into_response()
//     }
// }
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[require_auth]
// async fn add(text: String) -> Result<String, AppError> {
//     Err(AppError)
// }

fn main() {}
