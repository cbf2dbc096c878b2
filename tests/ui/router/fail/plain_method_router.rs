use auth_core::prelude::*;

// wrong:

#[public]
async fn health() -> &'static str {
    "ok"
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/health", axum::routing::get(health));
}

// right:
//
// #[public]
// async fn health() -> &'static str {
//     "ok"
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
// }
