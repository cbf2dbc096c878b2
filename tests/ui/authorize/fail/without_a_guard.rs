use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

#[authorize(identity.subject().as_str() == id)]
async fn handler(identity: Identity, Path(id): Path<String>) -> String {
    format!("{} {id}", identity.subject().as_str())
}

// right:
//
// #[require_auth]
// #[authorize(identity.subject().as_str() == id)]
// async fn handler(identity: Identity, Path(id): Path<String>) -> String {
//     format!("{} {id}", identity.subject().as_str())
// }

fn main() {}
