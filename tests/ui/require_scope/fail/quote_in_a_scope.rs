use auth_core::prelude::*;

#[require_scope("say:\"a\"")]
async fn handler() {}

fn main() {}
