use auth_core::prelude::require_auth;

// wrong:

use axum::debug_handler as api_key;

#[require_auth]
#[api_key]
async fn handler() {}

// right:
//
// use auth_core::Auth;
// use axum::debug_handler;
//
// #[require_auth]
// #[debug_handler(state = Auth)]
// async fn handler() {}

fn main() {}
