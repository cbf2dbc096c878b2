use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
impl Api {
    async fn first() {}
    async fn second(self) {}
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn first() {}
//     async fn second(&self) {}
// }

fn main() {}
