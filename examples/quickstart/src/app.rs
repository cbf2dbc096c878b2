//! The routes and their state.

use auth_core::http::Json;
use auth_core::openapi::{ApiInfo, routes};
use auth_core::prelude::*;
use auth_core::{BodyError, Refusal};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Role, limits, reports, users};

guard!(
    /// May manage API keys, and see the policy table and the audit trail.
    pub AdminOnly = role(Admin)
);

/// The state of the service.
#[derive(Clone, Debug)]
pub struct App {
    /// Guards extract it from the state; without it the service does not compile.
    pub auth: Auth,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

/// Every route of the service.
pub fn router(app: App) -> Router {
    routes(&app.auth).layer(from_fn(limits::header_size)).with_state(app)
}

/// Every route, and who may call it.
pub fn routes(auth: &Auth) -> GuardedRouter<App> {
    GuardedRouter::new()
        .routes(routes!(health))
        .routes(routes!(users::me))
        .routes(routes!(users::list))
        .routes(routes!(users::edit, users::remove))
        .routes(routes!(reports::report))
        .merge(auth.routes().api_keys::<AdminOnly>().events::<AdminOnly>())
        .policy_route::<AdminOnly>("/policy")
        .openapi_route("/openapi.json", ApiInfo::new("Quickstart", env!("CARGO_PKG_VERSION")))
        .docs_route("/docs")
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

/// Whether the service can answer.
#[public]
#[utoipa::path(get, path = "/health", tag = "service", responses(
    (status = 200, body = Health),
    (status = 503, description = "The store does not answer"),
))]
async fn health(State(auth): State<Auth>) -> Result<Json<Health>, Refusal> {
    // A service that cannot decide who may call it is not healthy.
    auth.accounts(None, 1).await?;
    Ok(Json(Health { status: "ok" }))
}

#[public]
async fn not_found() -> Refusal {
    Refusal::NotFound { what: "resource" }
}

#[public]
async fn method_not_allowed() -> Refusal {
    BodyError::new(StatusCode::METHOD_NOT_ALLOWED, "The resource does not take this method.").into()
}
