use auth_core::prelude::*;

#[require(auth | api_key)]
async fn handler() {}

fn main() {}
