//! PostgreSQL and Redis for tests: those that `DATABASE_URL` and `REDIS_URL` name, or else throw-away processes on free
//! ports in a temporary folder, one of each for a test binary.
//!
//! Where there is neither, a test leaves itself out and says so; in CI (`CI=true`) that is a failure.

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

/// Says once that a suite is not run because a server is missing, where the test harness does not swallow it.
pub fn leave_out(suite: &str, remedy: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let ci = std::env::var("CI").is_ok_and(|ci| !["", "0", "false"].contains(&&*ci));
    assert!(!ci, "in CI nothing is left out, but {suite} would be: {remedy}");
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(suite.to_owned()) {
        let _ = writeln!(std::io::stderr(), "LEFT OUT: {suite}: {remedy}");
    }
}

/// A variable of the environment that names a server by one of these schemes.
fn named(variable: &str, schemes: &[&str]) -> Option<String> {
    std::env::var(variable).ok().filter(|url| schemes.iter().any(|scheme| url.starts_with(scheme)))
}
