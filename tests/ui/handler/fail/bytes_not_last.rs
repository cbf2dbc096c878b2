use auth_core::prelude::*;
use axum::body::Bytes;
use axum::http::HeaderMap;

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/notes", post(add))
}

#[require_auth]
async fn add(body: Bytes, headers: HeaderMap) {}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/notes", post(add))
// }
//
// #[require_auth]
// async fn add(headers: HeaderMap, body: Bytes) {}

fn main() {}
