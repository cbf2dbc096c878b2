use auth_core::prelude::*;

// wrong:

struct Desk;

#[require_auth]
impl Desk {
    async fn list() {}
    async fn show(&self) {}
}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/desks", get(Desk::list)).route("/desk", get(Desk::show))
}

// right:
//
// use axum::extract::{FromRef, State};
//
// #[derive(Clone)]
// struct Desk {
//     auth: Auth,
// }
//
// impl FromRef<Desk> for Auth {
//     fn from_ref(desk: &Desk) -> Self {
//         desk.auth.clone()
//     }
// }
//
// #[require_auth]
// impl Desk {
//     async fn list() {}
//     async fn show(State(desk): State<Self>) {}
// }
//
// fn app() -> GuardedRouter<Desk> {
//     GuardedRouter::new().route("/desks", get(Desk::list)).route("/desk", get(Desk::show))
// }

fn main() {}
