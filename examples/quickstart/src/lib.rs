//! A small but real service guarded by `auth_core`: copy it.
//!
//! Read [`routes`] first: every route, and above each handler who may call it.

mod admin;
mod app;
mod arguments;
mod config;
mod limits;
#[cfg(feature = "metrics")]
mod metrics;
mod reports;
mod role;
mod serve;
mod store;
mod users;

pub use app::{App, router, routes};
pub use role::Role;
pub use serve::main;
