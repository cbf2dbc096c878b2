use auth_core::prelude::*;

// wrong:

#[require(api_key(optional))]
async fn handler() {}

// right:
//
// #[require(auth(optional))]
// async fn handler() {}

fn main() {}
