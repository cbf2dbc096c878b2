use auth_core::prelude::*;

// wrong:

#[require(any(public, auth))]
async fn handler() {}

// right:
//
// #[require(public)]
// async fn handler() {}

fn main() {}
