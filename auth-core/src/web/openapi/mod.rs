//! `OpenAPI` 3.1 from the guards: security, scopes and refusals of each operation come from the policy table, so the document
//! says what the router enforces.
//!
//! [`GuardedRouter::openapi_route`] serves the document, [`GuardedRouter::docs_route`] Swagger UI for it. Handlers with
//! [`#[utoipa::path]`](https://docs.rs/utoipa) above or below the guard are added by [`routes!`](crate::openapi::routes), with
//! their parameters, bodies and responses; other handlers appear with what the router knows of them. The ready routes are
//! documented.
//!
//! ```
//! use auth_core::openapi::{ApiInfo, routes};
//! use auth_core::prelude::*;
//! use axum::Json;
//! use serde::Serialize;
//! use utoipa::ToSchema;
//!
//! #[derive(Serialize, ToSchema)]
//! struct Report {
//!     title: String,
//! }
//!
//! /// The report of this quarter.
//! #[require_scope("reports:read")]
//! #[utoipa::path(get, path = "/reports", responses((status = 200, body = Report)))]
//! async fn report() -> Json<Report> {
//!     Json(Report { title: "Q3".to_owned() })
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = auth_core::testing::in_memory().build()?;
//! let app: GuardedRouter<Auth> = GuardedRouter::new()
//!     .routes(routes!(report)) // does not compile without an access guard
//!     .merge(auth.routes())
//!     .openapi_route("/openapi.json", ApiInfo::new("Reports", "1.0.0"))
//!     .docs_route("/docs");
//!
//! let document = app.openapi(&auth);
//! let report = &document["paths"]["/reports"]["get"];
//! assert_eq!(report["security"][0]["login"][0], "reports:read");
//! assert_eq!(report["responses"]["403"]["$ref"], "#/components/responses/Forbidden");
//! # Ok(())
//! # }
//! ```
//!
//! # What the document says of a guard
//!
//! `any` and `all` become OpenAPI's alternatives; each access token has the alternatives `login` (`OAuth2`, where the router has
//! a token endpoint), `bearer` and those of the [credential sources](crate::CredentialSource). Roles, claims, negations and
//! [`#[authorize]`](macro@crate::authorize) have no counterpart: the description and `x-requirement` have the requirement in
//! full, but no conditions, which are source code.
//!
//! A requirement in `#[utoipa::path(security(..))]` is replaced: the guard is what is enforced.

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
#[doc(hidden)]
pub use routes::axum;
pub use routes::{DocumentedRoutes, routes};
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
