use auth_core::prelude::*;
use axum::extract::{FromRef, State};

#[derive(Clone, FromRef)]
struct AppState {
    auth: Auth,
}

// wrong:

fn app() -> GuardedRouter<AppState> {
    GuardedRouter::new().route("/notes", get(list))
}

#[require_auth]
async fn list(state: AppState) {}

// right:
//
// fn app() -> GuardedRouter<AppState> {
//     GuardedRouter::new().route("/notes", get(list))
// }
//
// #[require_auth]
// async fn list(State(state): State<AppState>) {}

fn main() {}
