//! An OpenAPI document from the guards, and Swagger UI.

mod archive;
mod collected;
mod document;
mod info;
mod operation;
mod pages;
#[cfg(feature = "server")]
mod ready;
mod router;
mod routes;
mod security;

use serde_json::{Map, Value};

use crate::policy::RoutePolicy;
use crate::web::GuardedRouter;

pub(crate) use collected::{Collected, Published};
pub use info::ApiInfo;
pub use routes::DocumentedRoutes;
#[doc(hidden)]
pub use routes::axum;
#[doc(hidden)]
pub use utoipa_axum;

/// The counterpart of utoipa-axum's `OpenApiRouter`: a [`GuardedRouter`], which takes `routes!(..)` and demands the guard of each
/// of its handlers.
///
/// ```
/// use auth_core::openapi::{GuardedOpenApiRouter, routes};
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// #[utoipa::path(get, path = "/notes")]
/// async fn notes() {}
///
/// let app: GuardedOpenApiRouter<Auth> = GuardedOpenApiRouter::new().routes(routes!(notes));
/// ```
pub type GuardedOpenApiRouter<S = ()> = GuardedRouter<S>;

/// The documentation of a ready route.
#[cfg(feature = "server")]
fn ready_operation(row: &RoutePolicy) -> Option<Map<String, Value>> {
    ready::operation(row)
}

#[cfg(not(feature = "server"))]
fn ready_operation(_: &RoutePolicy) -> Option<Map<String, Value>> {
    None
}
