use auth_core::prelude::*;

// wrong:

#[derive(Clone)]
struct Service;

#[require_auth]
async fn me() {}

fn main() {
    let _: GuardedRouter<Service> = GuardedRouter::new().route("/me", get(me));
}

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
// fn main() {
//     let _: GuardedRouter<Service> = GuardedRouter::new().route("/me", get(me));
// }
