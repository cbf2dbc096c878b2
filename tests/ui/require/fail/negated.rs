use auth_core::prelude::*;

#[require(!auth)]
async fn handler() {}

fn main() {}
