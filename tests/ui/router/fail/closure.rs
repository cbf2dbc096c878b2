use auth_core::prelude::*;

// wrong:

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(|| async { "ok" }));
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
