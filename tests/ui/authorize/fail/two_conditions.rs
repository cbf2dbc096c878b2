use auth_core::prelude::*;

#[require_auth]
#[authorize(true, false)]
async fn handler() {}

fn main() {}
