use auth_core::prelude::*;

// wrong:

#[api_key(scope = "a", scope = "a")]
async fn handler() {}

// right:
//
// #[api_key(scope = "a")]
// async fn handler() {}

fn main() {}
