use auth_core::prelude::*;
use axum::http::Uri;

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;

// wrong:

#[require_auth]
mod admin {
    use super::Reply;

    pub async fn first() {}

    pub fn second(_: impl Send) -> Reply {
        Box::pin(async { "open" })
    }

    pub fn third(_: impl Send) -> impl Future<Output = &'static str> {
        async { "open" }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use super::Uri;
//
//     pub async fn first() {}
//
//     pub async fn second(_: Uri) -> &'static str {
//         "for the signed-in"
//     }
// }

fn main() {
    let second: fn(Uri) -> Reply = admin::second;
    let _: axum::Router<Auth> = axum::Router::new().route("/", axum::routing::get(second));
}
