use auth_core::prelude::*;
use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
struct Note {
    text: String,
}

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

#[require_auth]
async fn add(text: String) -> Note {
    Note { text }
}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[require_auth]
// async fn add(text: String) -> Json<Note> {
//     Json(Note { text })
// }

fn main() {}
