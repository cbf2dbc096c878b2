use auth_core::prelude::*;

// wrong:

#[require_auth]
fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
