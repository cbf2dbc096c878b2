use auth_core::prelude::*;

fn main() {
    let plain: axum::Router<Auth> = axum::Router::new();
    let _: GuardedRouter<Auth> = GuardedRouter::new().merge(plain);
}
