use auth_core::prelude::*;

// wrong:

#[require(auth = true)]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}
