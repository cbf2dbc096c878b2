//! Test support is not compiled into a release.
//!
//! A feature is easily left among `[dependencies]`, and then `TestAuth` and `sign_in` wait in the service for a call. A
//! release has no debug assertions. `cargo test --release` and `cargo bench` have none either, so a variable allows it: a
//! command line says it, a manifest cannot.

const ALLOWED: bool = cfg!(debug_assertions)
    || match option_env!("AUTH_CORE_TEST_UTIL") {
        Some(value) => matches!(value.as_bytes(), b"release"),
        None => false,
    };

const _: () = assert!(
    ALLOWED,
    "the feature `test-util` of auth-core mints credentials for tests, and this build has no debug assertions: move it \
     to [dev-dependencies]; for `cargo test --release` and `cargo bench` set AUTH_CORE_TEST_UTIL=release"
);
