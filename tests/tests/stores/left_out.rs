//! Tests that need a server, on a machine without one.

use std::process::{Command, Output};

/// One test that needs PostgreSQL, one that needs Redis, and one that needs its own server; with their messages.
const TESTS: [(&str, &str); 3] = [
    ("the_postgres_store_conforms", "LEFT OUT: the PostgreSQL store: install PostgreSQL (Debian: "),
    ("cluster::redis_carries_changes", "LEFT OUT: fan-out by Redis: install Redis (Debian: "),
    (
        "cluster::a_subscription_ends_with_its_redis",
        "LEFT OUT: fan-out by a Redis that goes away: install Redis (Debian: ",
    ),
];

/// Runs this binary where no server can be found.
fn without_servers(test: &str, ci: Option<&str>) -> Output {
    let nothing = tempfile::tempdir().unwrap();
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(["--exact", test]).env("PATH", nothing.path()).env("AUTH_TESTS_POSTGRESQL", nothing.path());
    for variable in ["CI", "DATABASE_URL", "REDIS_URL"] {
        tests.env_remove(variable);
    }
    tests.envs(ci.map(|ci| ("CI", ci)));
    tests.output().unwrap()
}

#[test]
fn a_suite_without_its_server_says_that_it_is_left_out() {
    for (test, line) in TESTS {
        let output = without_servers(test, None);
        let printed = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{test}: {printed}");
        let said = printed.lines().filter(|printed| printed.starts_with(line)).count();
        assert_eq!(said, 1, "{test} does not say so once, but {printed:?}");
    }
}

#[test]
fn in_ci_a_suite_without_its_server_fails() {
    for (test, _) in TESTS {
        let output = without_servers(test, Some("true"));
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success(), "{test} passed: {printed}");
        assert!(printed.contains("in CI nothing is left out"), "{test} failed for another reason: {printed}");
    }
}
