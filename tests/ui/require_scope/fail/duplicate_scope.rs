use auth_core::prelude::*;

#[require_scope("a", "a")]
async fn handler() {}

fn main() {}
