use auth_core::prelude::*;

// wrong:

#[public]
async fn list() {}

async fn add() {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users", get(list).post(add));
}

// right:
//
// #[public]
// async fn list() {}
//
// #[require_auth]
// async fn add() {}
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users", get(list).post(add));
// }
