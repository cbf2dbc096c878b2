//! Failures of nodes, of databases and of the network between them, with real processes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use std::time::{Duration, Instant};

use auth_tests::Node;
use auth_tests::servers::Database;

mod across_nodes;
mod clock;
mod database;
mod disk;
mod hang_up;
mod killed;
mod limited;
mod messages;
mod pool;
mod retention;
mod undecided;

const NODE: &str = env!("CARGO_BIN_EXE_node");
const PASSWORD: &str = "correct staple in a battery";

/// The default lifetime of a node's cache entries.
const BOUND: Duration = Duration::from_secs(5);

/// Far beyond the duration of any step here: past it, something hangs.
const SOON: Duration = Duration::from_mins(2);

/// A node on a shared database.
fn node(database: &str, redis: Option<&str>) -> Node {
    node_with(database, redis, &[])
}

/// The same with more settings.
fn node_with(database: &str, redis: Option<&str>, settings: &[(&str, &str)]) -> Node {
    let mut env = vec![
        ("DATABASE_URL", database),
        ("AUTH_ISSUER", "https://issuer.example.com"),
        ("AUTH_RATE_LIMIT", "off"),
        ("RUST_LOG", "info"),
    ];
    env.extend(redis.map(|url| ("REDIS_URL", url)));
    env.extend(settings);
    Node::start_with(NODE, &env)
}

/// Waits until `holds`, and returns how long it took; fails after `limit`.
async fn until(what: &str, limit: Duration, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    loop {
        if holds().await {
            return began.elapsed();
        }
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn a_database(suite: &str) -> Option<Database> {
    Database::create(suite).await
}

fn report(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
