use auth_core::prelude::*;

#[require(amr("one time"))]
async fn handler() {}

fn main() {}
