use auth_core::prelude::*;
use axum::Json;
use serde::Deserialize;

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

struct Note {
    text: String,
}

#[require_auth]
async fn add(Json(note): Json<Note>) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[derive(Deserialize)]
// struct Note {
//     text: String,
// }
//
// #[require_auth]
// async fn add(Json(note): Json<Note>) {}

fn main() {}
