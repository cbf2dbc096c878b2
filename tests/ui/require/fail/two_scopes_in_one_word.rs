use auth_core::prelude::*;

#[require(scope("a", "b"))]
async fn handler() {}

fn main() {}
