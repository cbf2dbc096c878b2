use auth_core::prelude::*;

#[api_key(scope)]
async fn handler() {}

fn main() {}
