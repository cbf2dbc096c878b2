use auth_core::prelude::*;

#[require(7)]
async fn handler() {}

fn main() {}
