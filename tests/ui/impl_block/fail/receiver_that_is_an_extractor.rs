use std::sync::Arc;

use auth_core::prelude::*;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{StatusCode, request::Parts};

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

// wrong:

#[require_auth]
impl Desk {
    async fn first() {}
    async fn second(self: Arc<Self>) {}
}

// right:
//
// #[require_auth]
// impl Desk {
//     async fn first() {}
//     async fn second(desk: Arc<Self>) {}
// }

fn main() {
    let _: axum::Router<AppState> = axum::Router::new().route("/", axum::routing::get(Desk::second));
}
