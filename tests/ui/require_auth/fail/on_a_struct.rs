use auth_core::prelude::*;

// wrong:

#[require_auth]
struct Handler;

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
