use auth_core::prelude::*;

#[public]
#[public]
async fn handler() {}

fn main() {}
