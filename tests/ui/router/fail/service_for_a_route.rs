use auth_core::prelude::*;

fn files() -> axum::routing::MethodRouter<Auth> {
    axum::routing::get(|| async { "a file" })
}

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/static", files())
}

// right:
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().merge_unchecked(axum::Router::new().route("/static", files()))
// }

fn main() {}
