use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

async fn user(Path(id): Path<u32>, body: String) -> String {
    format!("{id} {body}")
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", post(user));
}

// right:
//
// #[require_auth]
// async fn user(Path(id): Path<u32>, body: String) -> String {
//     format!("{id} {body}")
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", post(user));
// }
