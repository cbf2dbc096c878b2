//! Code that does not compile, and the compiler's messages.
//!
//! A case is a file named after its mistake, in a folder named after its subject. After an intended change of messages
//! run `TRYBUILD=overwrite cargo test -p auth-ui-tests`, and review the difference as a user would.
//! `cargo test -p auth-ui-tests page` writes all of them to `target/diagnostics.md`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "nothing of it is called")]
mod accepted;
mod compiler;
mod page;
#[allow(unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "nothing of it is called")]
mod unusual;

/// The recommended code of the cases; the test is that it compiles.
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

/// Not a test: [`compiler::check_places`] runs it in a child process.
#[test]
#[ignore = "run by the test above with another rustc"]
fn record_the_copy() {
    trybuild::TestCases::new().compile_fail(compiler::copied_cases());
}
