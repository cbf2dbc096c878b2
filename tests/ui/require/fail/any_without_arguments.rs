use auth_core::prelude::*;

#[require(any)]
async fn handler() {}

fn main() {}
