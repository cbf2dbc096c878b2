use auth_core::prelude::*;

// wrong:

#[require(auth && mfa)]
async fn handler() {}

// right:
//
// #[require(all(auth, mfa))]
// async fn handler() {}

fn main() {}
