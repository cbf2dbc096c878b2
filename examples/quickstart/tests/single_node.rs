//! A build without the features `cluster` and `metrics` refuses settings that need them.

#![cfg(not(any(feature = "cluster", feature = "metrics")))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers, too")]

use std::process::Command;

#[track_caller]
fn refused(variable: &str, value: &str, needed: &str, feature: &str) {
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    quickstart.env_clear().env(variable, value).current_dir(env!("CARGO_TARGET_TMPDIR"));
    let output = quickstart.output().unwrap();
    assert!(!output.status.success(), "{variable}={value} started");
    let expected = format!(
        "quickstart: {variable}: this build does not include {needed}; start it with `cargo run --features {feature}`\n"
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[test]
fn postgresql_is_refused_in_one_line() {
    refused("DATABASE_URL", "postgres://user:password@db.internal/service", "PostgreSQL", "cluster");
    refused("DATABASE_URL", "postgresql://db.internal/service", "PostgreSQL", "cluster");
}

#[test]
fn redis_is_refused_in_one_line() {
    refused("REDIS_URL", "redis://cache.internal:6379", "Redis", "cluster");
}

#[test]
fn metrics_are_refused_in_one_line() {
    refused("METRICS_BIND", "127.0.0.1:0", "metrics", "metrics");
}
