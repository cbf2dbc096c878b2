use auth_core::prelude::*;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;
type Function = fn() -> Reply;

// wrong:

#[require_auth]
mod admin {
    use super::Reply;

    pub async fn first() {}

    pub fn function() -> fn() -> Reply {
        || Box::pin(async { "open" })
    }

    pub fn by_another_name() -> super::Function {
        || Box::pin(async { "open" })
    }

    pub fn closure() -> impl Fn(String) -> Reply + Clone {
        |_| Box::pin(async { "open" })
    }

    pub fn generic<R: Default>() -> impl FnOnce() -> std::future::Ready<R> {
        || std::future::ready(R::default())
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
