use auth_core::prelude::*;

trait Service {
    async fn handler();
}

struct Api;

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    impl super::Service for super::Api {
        async fn handler() {}
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     impl super::Api {
//         pub async fn handler() {}
//     }
// }

fn main() {}
