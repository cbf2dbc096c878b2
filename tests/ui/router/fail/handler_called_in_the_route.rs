use auth_core::prelude::*;

// wrong:

#[require_auth]
async fn me() {}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/me", get(me()))
}

// right:
//
// #[require_auth]
// async fn me() {}
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/me", get(me))
// }

fn main() {}
