use auth_core::prelude::*;

// wrong:

#[derive(Clone)]
struct Service;

#[require_auth]
async fn me() {}

fn routes(auth: &Auth) -> GuardedRouter<Service> {
    GuardedRouter::new().merge(auth.routes()).route("/me", get(me))
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
// async fn me() {}
//
// fn routes(auth: &Auth) -> GuardedRouter<Service> {
//     GuardedRouter::new().merge(auth.routes()).route("/me", get(me))
// }
