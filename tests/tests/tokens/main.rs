//! Tokens as the standards define them: keys, verification, JWKS, other issuers, and third-party clients.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod algorithms;
mod claims;
mod custom_claims;
mod examples;
mod forge;
mod header;
mod interop;
mod issuers;
mod jwk;
mod jwks_route;
mod legacy;
mod provider;
mod rotation;
mod service;
mod settings;
mod shape;
mod token_cache;
mod vectors;
