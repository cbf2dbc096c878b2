use auth_core::prelude::*;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;

struct Api;

trait Service {
    fn by_a_trait(self) -> Reply;
}

// wrong:

#[require_auth]
mod admin {
    use super::{Api, Reply};

    pub async fn first() {
        impl Api {
            pub fn of_a_handler(_: String) -> Reply {
                Box::pin(async { "open" })
            }
        }
    }

    pub fn start() {
        fn second() -> Reply {
            Box::pin(async { "open" })
        }

        impl super::Service for Api {
            fn by_a_trait(self) -> Reply {
                second()
            }
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     pub async fn second() -> &'static str {
//         "for the signed-in"
//     }
// }

fn main() {}
