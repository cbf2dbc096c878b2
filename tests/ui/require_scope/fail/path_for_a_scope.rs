use auth_core::prelude::*;

#[require_scope(reports)]
async fn handler() {}

fn main() {}
