use auth_core::prelude::*;

// wrong:

#[require(not(public))]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}
