use auth_core::prelude::*;
use axum::extract::{FromRef, State};

#[derive(Clone)]
struct Database;

// wrong:

#[derive(Clone)]
struct AppState {
    auth: Auth,
    database: Database,
}

impl FromRef<AppState> for Auth {
    fn from_ref(state: &AppState) -> Auth {
        state.auth.clone()
    }
}

#[require_auth]
async fn list(State(_): State<Database>) {}

fn app() -> GuardedRouter<AppState> {
    GuardedRouter::new().route("/notes", get(list))
}

// right:
//
// #[derive(Clone, FromRef)]
// struct AppState {
//     auth: Auth,
//     database: Database,
// }
//
// #[require_auth]
// async fn list(State(_): State<Database>) {}
//
// fn app() -> GuardedRouter<AppState> {
//     GuardedRouter::new().route("/notes", get(list))
// }

fn main() {}
