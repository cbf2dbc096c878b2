use auth_core::prelude::*;

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(|| async { "ok" }));
}
