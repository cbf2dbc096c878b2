use auth_core::prelude::*;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;

trait Service {
    fn handler() -> Reply;
}

struct Api;

// wrong:

#[require_auth]
mod admin {
    use super::Reply;

    pub async fn first() {}

    impl super::Service for super::Api {
        fn handler() -> Reply {
            Box::pin(async { "open" })
        }
    }

    pub trait Ready {
        fn ready() -> Reply {
            Box::pin(async { "open" })
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     pub async fn handler() -> &'static str {
//         "for the signed-in"
//     }
// }

fn main() {}
