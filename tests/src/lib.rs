//! Shared by the test binaries: servers, a quickstart process, and a client for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    reason = "a test fails by panicking, its helpers, too, and their names say what they do"
)]

pub mod chromium;
mod client;
mod node;
pub mod npm;
pub mod python;
mod serve;
pub mod servers;
pub mod statements;
mod totp;

pub use client::{Answer, Client, Settle, Tokens};
pub use node::{ADMIN_EMAIL, ADMIN_PASSWORD, AUTH_SECRET, Node, logged_message};
pub use serve::serve;
pub use totp::totp;
