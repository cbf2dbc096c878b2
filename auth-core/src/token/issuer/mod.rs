//! Other issuers: a service guarded by tokens that somebody else signs, found by OpenID Connect discovery or RFC 8414,
//! verified by that issuer's published keys.
//!
//! ```no_run
//! use auth_core::prelude::*;
//! use auth_core::issuer::Issuer;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keycloak = Issuer::new("https://login.example.com/realms/main", "reports-api")?
//!     .any_jwt_type()
//!     .roles_at("realm_access.roles");
//! let auth = Auth::resource_server("reports-api").trust(keycloak).build()?;
//! # Ok(())
//! # }
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
pub(crate) use verify::{TrustedIssuers, Undecided};
