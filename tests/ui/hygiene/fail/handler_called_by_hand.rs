use auth_core::prelude::*;

// wrong:

#[require_auth]
async fn handler() {}

async fn elsewhere() {
    handler().await;
}

// right:
//
// #[require_auth]
// async fn handler() {
//     work();
// }
//
// fn work() {}
//
// async fn elsewhere() {
//     work();
// }

fn main() {}
