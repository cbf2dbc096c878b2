//! What does not compile, and what the compiler says then.
//!
//! A case is a file named after its mistake, in a folder named after what it is about. After a wanted change of the
//! words: `TRYBUILD=overwrite cargo test -p auth-ui-tests`, and read what changed as a user would; then
//! `UPDATE_SNAPSHOTS=1 cargo test -p auth-ui-tests page` writes `docs/diagnostics.md` anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod page;

/// What the cases recommend; that it compiles is the test.
#[allow(unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "each is an excerpt")]
mod right {
    include!(concat!(env!("OUT_DIR"), "/right.rs"));
}

#[test]
fn misuse_does_not_compile_and_says_why() {
    trybuild::TestCases::new().compile_fail("*/fail/*.rs");
}
