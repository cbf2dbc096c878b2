use auth_core::prelude::*;
use axum::extract::FromRequestParts;

#[require_auth]
async fn handler(_: impl FromRequestParts<Auth>) {}

fn main() {}
