use auth_core::prelude::*;

#[api_key(scopes = [])]
async fn handler() {}

fn main() {}
