use auth_core::prelude::*;

#[require(fresh())]
async fn handler() {}

fn main() {}
