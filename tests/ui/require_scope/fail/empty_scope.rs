use auth_core::prelude::*;

#[require_scope("")]
async fn handler() {}

fn main() {}
