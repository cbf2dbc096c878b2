use auth_core::prelude::*;

// wrong:

struct Api;

impl Api {
    #[require_auth]
    async fn handler() {}
}

// right:
//
// struct Api;
//
// #[require_auth]
// impl Api {
//     async fn handler() {}
// }

fn main() {}
