use auth_core::prelude::*;

// wrong:

#[require_auth]
async unsafe fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
