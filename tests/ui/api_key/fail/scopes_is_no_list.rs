use auth_core::prelude::*;

#[api_key(scopes = "reports:read")]
async fn handler() {}

fn main() {}
