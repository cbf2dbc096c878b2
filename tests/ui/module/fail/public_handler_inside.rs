use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    #[auth_core::public]
    pub async fn health() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn handler() {}
// }
//
// #[public]
// async fn health() {}

fn main() {}
