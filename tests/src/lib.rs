//! What the tests share: servers to run against, and nothing that a test asserts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test's helper fails by panicking"
)]

pub mod servers;
