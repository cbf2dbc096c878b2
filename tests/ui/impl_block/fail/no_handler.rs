use auth_core::prelude::*;

struct Api;

// wrong:

#[require_auth]
impl Api {
    fn new() -> Self {
        Self
    }
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn handler() {}
// }

fn main() {}
