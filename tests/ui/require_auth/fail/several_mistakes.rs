use auth_core::prelude::*;

// wrong:

#[require_auth(Admin)]
fn handler(&self) {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
