use auth_core::prelude::*;
use axum::extract::FromRequestParts;

// wrong:

#[require_auth]
async fn handler(_: impl FromRequestParts<Auth>) {}

// right:
//
// use axum::http::Method;
//
// #[require_auth]
// async fn handler(_: Method) {}

fn main() {}
