use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

#[require_auth]
#[authorize(ids == 7)]
async fn handler(Path(id): Path<u32>) {}

// right:
//
// #[require_auth]
// #[authorize(id == 7)]
// async fn handler(Path(id): Path<u32>) {}

fn main() {}
