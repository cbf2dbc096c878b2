use auth_core::prelude::*;

// wrong:

#[public]
#[require_auth]
async fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
