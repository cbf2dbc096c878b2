use auth_core::prelude::*;

#[public(true)]
async fn handler() {}

fn main() {}
