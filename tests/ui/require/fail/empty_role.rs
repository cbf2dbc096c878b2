use auth_core::prelude::*;

#[require(role())]
async fn handler() {}

fn main() {}
