use auth_core::prelude::*;
use axum::extract::Path;

#[require_auth]
#[authorize(id.len())]
async fn handler(Path(id): Path<String>) {}

fn main() {}
