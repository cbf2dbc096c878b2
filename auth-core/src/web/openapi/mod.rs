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

pub(crate) use collected::{Collected, Published};
pub use info::ApiInfo;
pub use routes::DocumentedRoutes;
#[doc(hidden)]
pub use routes::axum;
#[doc(hidden)]
pub use utoipa_axum;

/// The documentation of a ready route.
#[cfg(feature = "server")]
fn ready_operation(row: &RoutePolicy) -> Option<Map<String, Value>> {
    ready::operation(row)
}

#[cfg(not(feature = "server"))]
fn ready_operation(_: &RoutePolicy) -> Option<Map<String, Value>> {
    None
}
