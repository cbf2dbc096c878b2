use auth_core::prelude::*;

// wrong:

#[require(not(auth(optional)))]
async fn handler() {}

// right:
//
// #[require(api_key)]
// async fn handler() {}

fn main() {}
