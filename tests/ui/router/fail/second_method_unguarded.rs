use auth_core::prelude::*;

#[public]
async fn list() {}

async fn add() {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users", get(list).post(add));
}
