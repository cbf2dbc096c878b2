use auth_core::prelude::*;

#[require(scope())]
async fn handler() {}

fn main() {}
