//! PostgreSQL and Redis for tests: those of `DATABASE_URL` and `REDIS_URL`, or temporary processes on free ports, one
//! of each for a test binary.
//!
//! Without either, a test is left out and says so; in CI (`CI=true`) that is a failure.

mod database;
mod postgres;
mod process;
mod redis;
mod tls;
mod valve;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

pub use database::Database;
pub use postgres::Postgres;
pub use process::Port;
pub use redis::Redis;
pub use valve::Valve;

/// Reports once that a suite is left out, on standard error, which the test harness does not capture.
pub fn leave_out(suite: &str, remedy: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let ci = std::env::var("CI").is_ok_and(|ci| !["", "0", "false"].contains(&&*ci));
    assert!(!ci, "in CI nothing is left out, but {suite} would be: {remedy}");
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(suite.to_owned()) {
        let _ = writeln!(std::io::stderr(), "LEFT OUT: {suite}: {remedy}");
    }
}

/// An environment variable whose URL has one of these schemes.
fn named(variable: &str, schemes: &[&str]) -> Option<String> {
    std::env::var(variable).ok().filter(|url| schemes.iter().any(|scheme| url.starts_with(scheme)))
}
