use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize(identity.)]
async fn handler(identity: Identity) {}

// right:
//
// #[require_auth]
// #[authorize(identity.has_scope("duty"))]
// async fn handler(identity: Identity) {}

fn main() {}
