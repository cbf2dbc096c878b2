use auth_core::prelude::*;

#[public]
#[require_auth]
async fn handler() {}

fn main() {}
