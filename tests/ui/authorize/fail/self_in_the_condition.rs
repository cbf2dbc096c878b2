use auth_core::prelude::*;

// wrong:

#[require_auth]
#[authorize(self.subject().as_str() == id)]
async fn handler(identity: Identity, axum::extract::Path(id): axum::extract::Path<String>) {}

// right:
//
// #[require_auth]
// #[authorize(identity.subject().as_str() == id)]
// async fn handler(identity: Identity, axum::extract::Path(id): axum::extract::Path<String>) {}

fn main() {}
