use auth_core::prelude::*;
use axum::extract::Path;
use serde::Deserialize;

// wrong:

struct NoteId(u32);

#[require_auth]
async fn show(Path((desk, id)): Path<(String, NoteId)>) {}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/desks/{desk}/notes/{id}", get(show))
}

// right:
//
// #[derive(Deserialize)]
// struct NoteId(u32);
//
// #[require_auth]
// async fn show(Path((desk, id)): Path<(String, NoteId)>) {}
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/desks/{desk}/notes/{id}", get(show))
// }

fn main() {}
