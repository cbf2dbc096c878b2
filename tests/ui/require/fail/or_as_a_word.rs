use auth_core::prelude::*;

// wrong:

#[require(auth or api_key)]
async fn handler() {}

// right:
//
// #[require(any(auth, api_key))]
// async fn handler() {}

fn main() {}
