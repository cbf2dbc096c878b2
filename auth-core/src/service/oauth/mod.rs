//! OAuth 2.0: registered clients, and what the token, revocation and introspection endpoints decide.

mod client;
mod clients;
mod credentials;
mod error;
mod form;
mod introspect;
mod metadata;
mod revoke;
mod scope;

pub use client::{GrantType, InvalidClient, OAuthClient};
pub(crate) use clients::{Client, Clients};
pub(crate) use error::OAuthError;
pub(crate) use form::OAuthForm;
pub(crate) use introspect::Introspection;
pub(crate) use metadata::METADATA_PATH;
pub(crate) use scope::{narrowed, requested};
