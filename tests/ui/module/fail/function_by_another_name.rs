use auth_core::prelude::*;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;
type Job = fn() -> Reply;
type Dynamic = &'static (dyn Fn() -> Reply + Send + Sync);

trait Endpoint: axum::handler::Handler<((),), Auth> {}

impl<H: axum::handler::Handler<((),), Auth>> Endpoint for H {}

fn open() -> Reply {
    Box::pin(async { "open" })
}

// wrong:

#[require_auth]
mod admin {
    use std::sync::LazyLock;

    pub async fn first() {}

    pub static LATER: LazyLock<super::Job> = LazyLock::new(|| super::open);

    pub fn named() -> (&'static str, super::Job) {
        ("second", super::open)
    }

    pub fn dynamic() -> super::Dynamic {
        &|| super::open()
    }

    pub fn by_a_trait() -> impl super::Endpoint {
        || async { "open" }
    }

    pub fn pushed(jobs: &mut Vec<super::Job>) {
        jobs.push(super::open);
    }

    pub fn pushed_by_its_name(jobs: &mut Vec<fn() -> super::Reply>) {
        jobs.push(super::open);
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

fn main() {
    let _: axum::Router<Auth> = axum::Router::new().route("/", axum::routing::get(*admin::LATER));
}
