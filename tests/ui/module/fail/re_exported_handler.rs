use auth_core::prelude::*;

pub async fn shared() {}

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}
    pub use super::shared;
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//     pub async fn shared() {
//         super::shared().await;
//     }
// }

fn main() {}
