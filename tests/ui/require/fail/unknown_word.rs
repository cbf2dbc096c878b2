use auth_core::prelude::*;

#[require(atuh)]
async fn handler() {}

fn main() {}
