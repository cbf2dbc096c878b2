use auth_core::prelude::*;

#[api_key(scope = reports)]
async fn handler() {}

fn main() {}
