use auth_core::prelude::*;

#[require_auth]
#[authorize]
async fn handler() {}

fn main() {}
