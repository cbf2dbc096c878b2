use std::sync::Arc;

use auth_core::prelude::*;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{StatusCode, request::Parts};

type Reply = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;

#[derive(Clone, FromRef)]
struct AppState {
    auth: Auth,
}

struct Desk;

impl FromRequestParts<AppState> for Arc<Desk> {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, StatusCode> {
        Ok(Arc::new(Desk))
    }
}

impl FromRequestParts<AppState> for &'static Desk {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, StatusCode> {
        Ok(&Desk)
    }
}

trait Service {
    async fn by_a_trait(self: Arc<Self>) -> &'static str;
}

// wrong:

#[require_auth]
mod admin {
    use super::{Arc, Desk, Reply};

    pub async fn first() {}

    impl Desk {
        pub async fn second(self: Arc<Self>) -> &'static str {
            "open"
        }

        pub fn third(self: Arc<Self>) -> Reply {
            Box::pin(async { "open" })
        }

        pub async fn fourth(&self) -> &'static str {
            "open"
        }
    }

    impl super::Service for Desk {
        async fn by_a_trait(self: Arc<Self>) -> &'static str {
            "open"
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use super::{Arc, Desk};
//
//     pub async fn second(desk: Arc<Desk>) -> &'static str {
//         "for the signed-in"
//     }
// }

fn main() {
    let _: axum::Router<AppState> = axum::Router::new().route("/", axum::routing::get(Desk::second));
}
