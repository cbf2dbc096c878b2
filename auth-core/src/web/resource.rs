//! `GET /.well-known/oauth-protected-resource` (RFC 9728).

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_macros::public;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::policy::PolicyTable;
use crate::service::Auth;
use crate::service::resource::RESOURCE_METADATA_PATH;
use crate::web::http::Json;
use crate::web::router::routing::get;
use crate::web::router::{GuardedRouter, Wired};

#[public]
pub(crate) async fn metadata(State(auth): State<Auth>, parts: Parts) -> Response {
    let scopes = Wired::token_scopes(&parts.extensions);
    match auth.resource_metadata(&scopes) {
        Some(metadata) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(metadata)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The scopes of access tokens that the routes demand. A router finds them once, not for each request of any caller.
pub(crate) fn token_scopes(table: &PolicyTable) -> Arc<[&'static str]> {
    let scopes: BTreeSet<_> = table.routes().iter().flat_map(|row| row.requirement.token_scopes()).collect();
    scopes.into_iter().collect()
}

/// Whether the table has the route at the place where challenges name it.
pub(crate) fn is_served(table: &PolicyTable, auth: &Auth) -> bool {
    let path = auth.0.resource.metadata_path();
    let is_it = |module: &str, name: &str| module == module_path!() && name == "metadata";
    table.routes().iter().any(|row| Some(row.path.as_str()) == path && is_it(row.declared.module, row.declared.name))
}

impl Auth {
    /// A router of the protected resource metadata alone (RFC 9728): `GET /.well-known/oauth-protected-resource`, followed by
    /// the path of the [resource](crate::AuthBuilder::resource). It names the issuers whose tokens are accepted and the
    /// scopes that the routes of the whole application demand of access tokens. Challenges name the metadata if
    /// [`AuthBuilder::resource`](crate::AuthBuilder::resource) is set. The ready routes contain it as a [`Part`](crate::Part).
    ///
    /// The router has no routes when neither the resource nor the audience or issuer is a URL.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[cfg(feature = "oidc")]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use auth_core::issuer::Issuer;
    ///
    /// # #[require_scope("tools:call")]
    /// # async fn mcp() {}
    /// let login = Issuer::new("https://login.example.com", "https://mcp.example.com")?;
    /// let auth = Auth::resource_server("tools").resource("https://mcp.example.com").trust(login).build()?;
    /// let app: axum::Router =
    ///     GuardedRouter::new().route("/mcp", post(mcp)).merge(auth.resource_routes()).with_state(auth);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "oidc"))]
    /// # fn main() {}
    /// ```
    pub fn resource_routes<S>(&self) -> GuardedRouter<S> {
        let mut router = GuardedRouter::new();
        // Some clients look for the metadata without the resource's path.
        if let Some(path) = self.0.resource.metadata_path() {
            router = router.route(RESOURCE_METADATA_PATH, get(metadata));
            if path != RESOURCE_METADATA_PATH {
                router = router.route(path, get(metadata));
            }
        }
        router.provide_state(self.clone())
    }
}
