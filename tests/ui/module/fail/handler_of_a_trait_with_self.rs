use auth_core::prelude::*;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

trait Service {
    async fn handler(self) -> &'static str;
}

struct Api;

impl<S: Sync> FromRequestParts<S> for Api {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

// wrong:

#[require_auth]
mod admin {
    pub async fn first() {}

    impl super::Service for super::Api {
        async fn handler(self) -> &'static str {
            "open"
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     pub async fn handler(_: super::Api) -> &'static str {
//         "for the signed-in"
//     }
// }

fn main() {
    let _: axum::Router<Auth> = axum::Router::new().route("/", axum::routing::get(<Api as Service>::handler));
}
