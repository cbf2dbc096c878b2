use auth_core::prelude::*;

// wrong:

#[require(not(auth, mfa))]
async fn handler() {}

// right:
//
// #[require(all(auth, not(mfa)))]
// async fn handler() {}

fn main() {}
