use auth_core::prelude::*;

#[require(any(auth api_key))]
async fn handler() {}

fn main() {}
