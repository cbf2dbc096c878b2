use auth_core::prelude::*;

#[require_scope("lesen:süß")]
async fn handler() {}

fn main() {}
