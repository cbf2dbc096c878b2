use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

#[require_auth]
#[authorize(id.checked_sub(7))]
async fn handler(Path(id): Path<u32>) {}

// right:
//
// #[require_auth]
// #[authorize(id.checked_sub(7).is_some())]
// async fn handler(Path(id): Path<u32>) {}

fn main() {}
