use auth_core::prelude::*;

// wrong:

#[require(require_auth)]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}
