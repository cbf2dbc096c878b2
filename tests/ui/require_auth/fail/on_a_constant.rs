use auth_core::prelude::*;

// wrong:

#[require_auth]
const HANDLER: u8 = 0;

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
