use auth_core::prelude::*;

#[require_auth]
#[require_auth]
async fn handler() {}

fn main() {}
