use auth_core::prelude::*;

async fn health() -> &'static str {
    "ok"
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
}
