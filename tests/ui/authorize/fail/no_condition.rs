use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize]
async fn handler() {}

// right:
//
// #[require_auth]
// #[authorize(identity.has_scope("duty"))]
// async fn handler(identity: Identity) {}

fn main() {}
