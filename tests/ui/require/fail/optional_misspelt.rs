use auth_core::prelude::*;

// wrong:

#[require(auth(optinal))]
async fn handler() {}

// right:
//
// #[require(auth(optional))]
// async fn handler() {}

fn main() {}
