use auth_core::prelude::*;

#[api_key(limit = 3)]
async fn handler() {}

fn main() {}
