use auth_core::prelude::*;

// wrong:

#[require_auth]
#[require_auth]
async fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
