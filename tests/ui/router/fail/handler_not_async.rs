use auth_core::prelude::*;

async fn name() -> String {
    String::new()
}

// wrong:

#[require_auth]
fn me() -> String {
    name().await
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/me", get(me));
}

// right:
//
// #[require_auth]
// async fn me() -> String {
//     name().await
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/me", get(me));
// }
