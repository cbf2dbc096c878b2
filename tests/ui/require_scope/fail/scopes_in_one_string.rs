use auth_core::prelude::*;

#[require_scope("reports:read reports:list")]
async fn handler() {}

fn main() {}
