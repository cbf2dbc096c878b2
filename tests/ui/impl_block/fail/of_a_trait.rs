use auth_core::prelude::*;

trait Service {
    async fn handler();
}

struct Api;

// wrong:

#[require_auth]
impl Service for Api {
    async fn handler() {}
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn handler() {}
// }

fn main() {}
