use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
impl Api {
    async fn handler(&self) {}
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn handler() {}
// }

fn main() {}
