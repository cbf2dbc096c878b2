use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

#[require_auth]
#[authorize(id.parse::<u32>()? == 7)]
async fn handler(Path(id): Path<String>) {}

// right:
//
// use axum::http::StatusCode;
//
// #[require_auth]
// #[authorize(id.parse::<u32>().map_err(|_| StatusCode::NOT_FOUND)? == 7)]
// async fn handler(Path(id): Path<String>) -> Result<(), StatusCode> {
//     Ok(())
// }

fn main() {}
