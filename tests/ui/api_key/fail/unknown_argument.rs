use auth_core::prelude::*;

// wrong:

#[api_key(scop = "reports:read")]
async fn handler() {}

// right:
//
// #[api_key(scope = "reports:read")]
// async fn handler() {}

fn main() {}
