use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
impl Api {
    #[public]
    async fn health() {}
}

// right:
//
// #[public]
// impl Api {
//     async fn health() {}
// }

fn main() {}
