use auth_core::prelude::*;

// wrong:

fn main() {
    let plain: axum::Router<Auth> = axum::Router::new();
    let _: GuardedRouter<Auth> = GuardedRouter::new().nest("/v1", plain);
}

// right:
//
// fn main() {
//     let plain: axum::Router<Auth> = axum::Router::new();
//     let _: GuardedRouter<Auth> = GuardedRouter::new().merge_unchecked(axum::Router::new().nest("/v1", plain));
// }
