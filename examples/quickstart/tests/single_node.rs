//! A build without the feature `cluster` refuses settings that need a cluster.

#![cfg(not(feature = "cluster"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers, too")]

use std::process::Command;

#[track_caller]
fn refused(variable: &str, value: &str, engine: &str) {
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    quickstart.env_clear().env(variable, value).current_dir(env!("CARGO_TARGET_TMPDIR"));
    let output = quickstart.output().unwrap();
    assert!(!output.status.success(), "{variable}={value} started");
    let expected = format!(
        "quickstart: {variable}: this build does not include {engine}; start it with `cargo run --features cluster`\n"
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[test]
fn postgresql_is_refused_in_one_line() {
    refused("DATABASE_URL", "postgres://user:password@db.internal/service", "PostgreSQL");
    refused("DATABASE_URL", "postgresql://db.internal/service", "PostgreSQL");
}

#[test]
fn redis_is_refused_in_one_line() {
    refused("REDIS_URL", "redis://cache.internal:6379", "Redis");
}
