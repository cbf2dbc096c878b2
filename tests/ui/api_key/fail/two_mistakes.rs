use auth_core::prelude::*;

#[api_key(scop = "a", scope = "")]
async fn handler() {}

fn main() {}
