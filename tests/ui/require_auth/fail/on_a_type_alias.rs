use auth_core::prelude::*;

// wrong:

#[require_auth]
type Handler = u8;

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
