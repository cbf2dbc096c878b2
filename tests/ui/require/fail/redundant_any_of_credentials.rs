use auth_core::prelude::*;

// wrong:

#[require(any(auth, api_key), auth)]
async fn handler() {}

// right:
//
// #[require(auth)]
// async fn handler() {}

fn main() {}
