//! The OAuth endpoints as their RFCs define them, and the lifecycle of refresh tokens, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod account_enumeration;
mod bearer;
mod client_authentication;
mod dpop;
mod grant_scopes;
mod introspection;
mod limits;
mod metadata;
mod python;
mod races;
mod refresh;
mod revocation;
mod service;
mod token_endpoint;
