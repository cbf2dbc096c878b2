use auth_core::prelude::*;

// wrong:

#[require(any)]
async fn handler() {}

// right:
//
// #[require(any(auth, api_key))]
// async fn handler() {}

fn main() {}
