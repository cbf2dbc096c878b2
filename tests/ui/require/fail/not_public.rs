use auth_core::prelude::*;

#[require(not(public))]
async fn handler() {}

fn main() {}
