use auth_core::prelude::*;
use axum::Json;
use serde::Deserialize;

#[derive(Deserialize)]
struct Note {
    text: String,
}

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

#[require_auth]
async fn add(Json(note): Json<Note>, body: String) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[require_auth]
// async fn add(Json(note): Json<Note>) {}

fn main() {}
