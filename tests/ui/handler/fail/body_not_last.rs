use auth_core::prelude::*;
use axum::Json;
use axum::extract::Path;
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
async fn add(Json(note): Json<Note>, Path(id): Path<u32>) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[require_auth]
// async fn add(Path(id): Path<u32>, Json(note): Json<Note>) {}

fn main() {}
