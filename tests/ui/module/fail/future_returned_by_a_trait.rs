use auth_core::prelude::*;

trait Service {
    fn handler() -> impl Future<Output = ()>;
}

struct Api;

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    impl super::Service for super::Api {
        fn handler() -> impl Future<Output = ()> {
            async {}
        }
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
