use auth_core::prelude::*;

#[require_scope(scope = "a")]
async fn handler() {}

fn main() {}
