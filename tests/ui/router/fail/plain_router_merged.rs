use auth_core::prelude::*;

// wrong:

fn main() {
    let plain: axum::Router<Auth> = axum::Router::new();
    let _: GuardedRouter<Auth> = GuardedRouter::new().merge(plain);
}

// right:
//
// fn main() {
//     let plain: axum::Router<Auth> = axum::Router::new();
//     let _: GuardedRouter<Auth> = GuardedRouter::new().merge_unchecked(plain);
// }
