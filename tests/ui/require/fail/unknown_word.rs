use auth_core::prelude::*;

// wrong:

#[require(atuh)]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}
