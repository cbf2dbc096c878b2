use auth_core::prelude::*;

// wrong:

#[api_key(scopes = "reports:read")]
async fn handler() {}

// right:
//
// #[api_key(scopes = ["reports:read"])]
// async fn handler() {}

fn main() {}
