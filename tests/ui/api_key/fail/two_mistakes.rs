use auth_core::prelude::*;

// wrong:

#[api_key(scop = "a", scope = "")]
async fn handler() {}

// right:
//
// #[api_key(scope = "a", scope = "b")]
// async fn handler() {}

fn main() {}
