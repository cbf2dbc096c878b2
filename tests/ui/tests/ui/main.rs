//! What does not compile, and what the compiler says then.
//!
//! A case is a file named after its mistake, in a folder named after what it is about. After a wanted change of the
//! words: `TRYBUILD=overwrite cargo test -p auth-ui-tests`, and read what changed as a user would.
//! `cargo test -p auth-ui-tests page` writes all of them to `target/diagnostics.md`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compiler;
mod page;

/// What the cases recommend; that it compiles is the test.
#[allow(unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "each is an excerpt")]
mod right {
    include!(concat!(env!("OUT_DIR"), "/right.rs"));
}

#[test]
fn misuse_does_not_compile_and_says_why() {
    match compiler::other_release() {
        Some(version) if std::env::var_os("TRYBUILD").is_none() => compiler::check_places(&version),
        _ => trybuild::TestCases::new().compile_fail("*/fail/*.rs"),
    }
}

/// Not a test: what [`compiler::check_places`] runs in a process of its own.
#[test]
#[ignore = "run by the test above with another rustc"]
fn record_the_copy() {
    trybuild::TestCases::new().compile_fail(compiler::copied_cases());
}
