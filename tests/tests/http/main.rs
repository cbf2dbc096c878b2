//! The quickstart's contract over HTTP, against a process with an SQLite file.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use auth_tests::Node;

mod accounts;
mod address;
mod api_keys;
mod bad_input;
mod bodies;
mod breach;
mod clients;
mod event_kinds;
mod events;
mod expiry;
mod first_reset;
mod first_screen;
mod flood;
mod leaks;
mod limits;
mod login;
mod login_code;
mod metrics;
mod mfa;
mod negotiation;
mod oauth_errors;
mod one_time;
mod parts;
mod place;
mod policy;
mod readme;
mod recovery;
mod registration;
mod restart;
mod second_factor;
mod serve;
mod sessions;
mod start;
mod static_keys;
mod story;
mod tokens;

/// The nodes of the suites with a clock.
const NODES: usize = 1;
const NODE: &str = env!("CARGO_BIN_EXE_node");
const PASSWORD: &str = "correct staple in a battery";
const OTHER_PASSWORD: &str = "another horse for the stable";

const NO_CREDENTIAL: &str = r#"Bearer realm="quickstart""#;
const INVALID_TOKEN: &str = r#"Bearer realm="quickstart", error="invalid_token""#;
const INSUFFICIENT: &str = r#"Bearer realm="quickstart", error="insufficient_scope""#;

fn node() -> Node {
    Node::start(NODE)
}
