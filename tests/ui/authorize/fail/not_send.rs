use auth_core::prelude::*;
use axum::extract::Path;
use std::rc::Rc;

async fn may_edit(id: &u32) -> bool {
    *id == 7
}

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes/{id}", put(edit))
}

#[require_auth]
#[authorize(may_edit(&Rc::new(id)).await)]
async fn edit(Path(id): Path<u32>) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes/{id}", put(edit))
// }
//
// #[require_auth]
// #[authorize(may_edit(&id).await)]
// async fn edit(Path(id): Path<u32>) {}

fn main() {}
