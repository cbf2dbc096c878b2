use auth_core::prelude::*;

#[require(not())]
async fn handler() {}

fn main() {}
