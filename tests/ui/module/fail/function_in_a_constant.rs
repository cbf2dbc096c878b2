use auth_core::prelude::*;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;
type Handler = fn() -> Reply;

fn open() -> Reply {
    Box::pin(async { "open" })
}

struct Api;

trait Service {
    const BY_A_TRAIT: fn() -> Reply;
}

// wrong:

#[require_auth]
mod admin {
    use super::{Api, Reply, open};

    pub async fn first() {}

    pub const NAMED: fn() -> Reply = open;

    pub const BY_ANOTHER_NAME: super::Handler = open;

    pub static CLOSURES: [(&str, fn(String) -> Reply); 1] = [("second", |_| Box::pin(async { "open" }))];

    pub static DYNAMIC: &(dyn Fn() -> std::future::Ready<()> + Sync) = &|| std::future::ready(());

    impl Api {
        pub const OF_A_TYPE: fn() -> Reply = open;
    }

    impl super::Service for Api {
        const BY_A_TRAIT: fn() -> Reply = open;
    }

    pub trait Ready {
        const READY: fn() -> Reply = open;
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     pub async fn second() -> &'static str {
//         super::open().await
//     }
// }

fn main() {}
