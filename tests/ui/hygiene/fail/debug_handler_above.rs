use auth_core::prelude::*;
use axum::debug_handler;

// wrong:

#[debug_handler(state = Auth)]
#[require_auth]
async fn handler(body: String) -> String {
    body
}

// right:
//
// #[require_auth]
// #[debug_handler(state = Auth)]
// async fn handler(body: String) -> String {
//     body
// }

fn main() {}
