//! Access tokens of other issuers, verified by the keys that these publish (OpenID Connect discovery or RFC 8414).
//!
//! ```no_run
//! use auth_core::prelude::*;
//! use auth_core::issuer::Issuer;
//!
//! let keycloak = Issuer::new("https://login.example.com/realms/main", "reports-api")?
//!     .any_jwt_type()
//!     .roles_at("realm_access.roles");
//! let auth = Auth::resource_server("reports-api").trust(keycloak).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod config;
mod discovery;
mod fetch;
mod keys;
mod published;
mod verify;

pub use super::ClaimPath;
pub use config::{Issuer, IssuerError};
#[cfg(test)]
pub(crate) use verify::KIND_CLAIMS;
pub(crate) use verify::{TrustedIssuers, Undecided};
