use auth_core::prelude::*;
use axum::extract::Query;
use serde::Deserialize;

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

struct Page {
    limit: u32,
}

#[require_auth]
async fn add(Query(page): Query<Page>, body: String) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[derive(Deserialize)]
// struct Page {
//     limit: u32,
// }
//
// #[require_auth]
// async fn add(Query(page): Query<Page>, body: String) {}

fn main() {}
