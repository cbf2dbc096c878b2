use std::sync::Arc;

use auth_core::prelude::*;

// wrong:

struct Service;

#[require_auth]
async fn me(_: Identity) {}

fn routes() -> GuardedRouter<Arc<Service>> {
    GuardedRouter::new().route("/me", get(me))
}

fn main() {}

// right:
//
// use axum::extract::FromRef;
//
// #[derive(Clone, FromRef)]
// struct Service {
//     auth: Auth,
// }
//
// #[require_auth]
// async fn me(_: Identity) {}
//
// fn routes() -> GuardedRouter<Arc<Service>> {
//     GuardedRouter::new().route("/me", get(me))
// }
