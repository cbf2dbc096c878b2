use auth_core::prelude::*;

#[require(fresh("10 minutes"))]
async fn handler() {}

fn main() {}
