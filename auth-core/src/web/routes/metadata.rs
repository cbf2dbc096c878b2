//! `GET /.well-known/oauth-authorization-server` (RFC 8414).

use auth_macros::public;
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::service::Auth;
use crate::service::oauth::Endpoints;
use crate::web::Refusal;
use crate::web::http::Json;

/// The state of the route: the endpoints that the router has.
#[derive(Clone)]
pub(super) struct Published {
    pub(super) auth: Auth,
    pub(super) endpoints: Endpoints,
}

impl FromRef<Published> for Auth {
    fn from_ref(published: &Published) -> Self {
        published.auth.clone()
    }
}

#[public]
pub(super) async fn metadata(State(Published { auth, endpoints }): State<Published>) -> Result<Response, Refusal> {
    let document = auth.metadata(&endpoints)?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response())
}
