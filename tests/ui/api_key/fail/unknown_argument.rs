use auth_core::prelude::*;

#[api_key(scop = "reports:read")]
async fn handler() {}

fn main() {}
