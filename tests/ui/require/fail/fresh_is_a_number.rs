use auth_core::prelude::*;

#[require(fresh(600))]
async fn handler() {}

fn main() {}
