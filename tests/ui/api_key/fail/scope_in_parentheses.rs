use auth_core::prelude::*;

#[api_key(scope("a"))]
async fn handler() {}

fn main() {}
