//! A service whose users log in elsewhere: its guards verify the access tokens of another issuer by the keys that it
//! publishes. It has no accounts, no sessions and no stores.

pub mod issuer;

use auth_core::issuer::{Issuer, IssuerError};
use auth_core::prelude::*;
use auth_core::{BuildError, http::Json};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The audience of tokens for this service (`aud`), which the issuer must name in them.
pub const AUDIENCE: &str = "reports-api";

/// The roles, by the names that the issuer's tokens carry.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "lowercase")]
pub enum Role {
    /// Writes reports.
    Editor,
}

#[public]
async fn health() -> &'static str {
    "ok"
}

#[require_auth]
async fn caller(identity: Identity, claims: Claims) -> Json<Value> {
    let roles: Vec<_> = identity.role_names().collect();
    Json(json!({ "issuer": claims.iss, "subject": identity.subject(), "roles": roles, "scope": claims.scope }))
}

#[require_scope("reports:read")]
async fn reports() -> Json<Vec<&'static str>> {
    Json(vec!["July", "August"])
}

// What is destroyed needs a user who has logged in within ten minutes; others get RFC 9470's challenge.
#[require(role(Editor), scope("reports:read"), fresh("10m"))]
async fn remove_reports() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Every route, and who may call it.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/health", get(health))
        .route("/caller", get(caller))
        .route("/reports", get(reports).delete(remove_reports))
}

/// The issuer with this URL. On this machine it may lack TLS.
///
/// # Errors
///
/// [`IssuerError`] if the URL is not an issuer's.
pub fn trusted(url: &str) -> Result<Issuer, IssuerError> {
    let issuer = Issuer::new(url, AUDIENCE)?.roles_at("roles");
    Ok(if url.starts_with("http://127.0.0.1:") { issuer.plain_http() } else { issuer })
}

/// The verifier of the service.
///
/// # Errors
///
/// [`BuildError`] if the issuer cannot be trusted.
pub fn auth(issuer: Issuer) -> Result<Auth, BuildError> {
    Auth::resource_server(AUDIENCE).trust(issuer).build()
}
