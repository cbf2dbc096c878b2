use auth_core::prelude::*;

// wrong:

#[require(!auth)]
async fn handler() {}

// right:
//
// #[require(api_key)]
// async fn handler() {}

fn main() {}
