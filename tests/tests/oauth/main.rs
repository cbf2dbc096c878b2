//! OAuth's endpoints to the letter, and the life of a refresh token, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod bearer;
mod client_authentication;
mod dpop;
mod introspection;
mod metadata;
mod python;
mod races;
mod refresh;
mod revocation;
mod service;
mod token_endpoint;
mod who_exists;
