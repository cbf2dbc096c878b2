use auth_core::prelude::*;

#[require(all())]
async fn handler() {}

fn main() {}
