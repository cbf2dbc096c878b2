use auth_core::prelude::*;

#[require(any(public, auth))]
async fn handler() {}

fn main() {}
