use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
#[authorize(true)]
impl Api {
    async fn handler() {}
}

// right:
//
// #[require_auth]
// impl Api {
//     #[authorize(true)]
//     async fn handler() {}
// }

fn main() {}
