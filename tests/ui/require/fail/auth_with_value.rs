use auth_core::prelude::*;

#[require(auth = true)]
async fn handler() {}

fn main() {}
