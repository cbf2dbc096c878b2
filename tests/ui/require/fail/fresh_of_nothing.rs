use auth_core::prelude::*;

#[require(fresh("0m"))]
async fn handler() {}

fn main() {}
