use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize(true, false)]
async fn handler() {}

// right:
//
// #[require_auth]
// #[authorize(identity.has_scope("a") && identity.has_scope("b"))]
// async fn handler(identity: Identity) {}

fn main() {}
