use auth_core::prelude::*;
use axum::extract::Path;

// wrong:

guard!(Staff = auth);

async fn user(Path(id): Path<u32>, _: Guard<Staff>) -> String {
    id.to_string()
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", get(user));
}

// right:
//
// guard!(Staff = auth);
//
// async fn user(_: Guard<Staff>, Path(id): Path<u32>) -> String {
//     id.to_string()
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", get(user));
// }
