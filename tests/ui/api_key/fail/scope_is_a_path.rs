use auth_core::prelude::*;

// wrong:

#[api_key(scope = reports)]
async fn handler() {}

// right:
//
// #[api_key(scope = "reports")]
// async fn handler() {}

fn main() {}
