//! OAuth 2.0: registered clients, and the logic of the token, revocation and introspection endpoints.

mod client;
mod clients;
mod error;
mod introspect;
mod metadata;
mod revoke;

pub use client::{GrantType, InvalidClient, OAuthClient};
pub(crate) use clients::{Client, ClientCredentials, Clients};
pub(crate) use error::OAuthError;
pub(crate) use introspect::Introspection;
pub(crate) use metadata::{Endpoints, METADATA_PATH};
