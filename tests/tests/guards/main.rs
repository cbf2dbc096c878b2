//! Guards: each row of the requirement language over HTTP, and the evaluator against its truth table.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod allowed;
mod audit_trail;
mod caching;
mod changes;
mod containers;
mod context;
mod counting;
mod credentials;
mod handlers;
mod invalidation;
mod keys;
mod language;
mod laws;
mod limits;
mod matrix;
mod metrics;
mod moves;
mod patterns;
mod permissions;
mod policy_lock;
mod refusals;
mod resources;
mod routers;
mod routing;
mod rows;
mod rules;
mod service;
mod sources;
mod states;
mod test_auth;
mod truth;
mod verified_once;
mod witnesses;
