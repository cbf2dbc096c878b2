use auth_core::prelude::*;

// wrong:

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/motto", get("short"))
}

// right:
//
// #[public]
// async fn motto() -> &'static str {
//     "short"
// }
//
// fn app() -> GuardedRouter<Auth> {
//     GuardedRouter::new().route("/motto", get(motto))
// }

fn main() {}
