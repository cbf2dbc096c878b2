use auth_core::prelude::*;

// wrong:

#[require_auth]
static HANDLER: fn() = || {};

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
