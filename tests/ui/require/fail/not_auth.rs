use auth_core::prelude::*;

#[require(not(auth))]
async fn handler() {}

fn main() {}
