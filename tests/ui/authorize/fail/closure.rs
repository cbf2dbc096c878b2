use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize(|identity: Identity| identity.subject().as_str() == "root")]
async fn handler(identity: Identity) {}

// right:
//
// #[require_auth]
// #[authorize(identity.subject().as_str() == "root")]
// async fn handler(identity: Identity) {}

fn main() {}
