use auth_core::prelude::*;

#[require(scope = "a")]
async fn handler() {}

fn main() {}
