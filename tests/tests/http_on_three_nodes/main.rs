//! The quickstart's contract again, as `http` holds it, against three nodes on one PostgreSQL and one Redis, of which
//! each request meets the next.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use auth_tests::servers::{Database, Redis};
use auth_tests::{Client, Node};

#[path = "../http/accounts.rs"]
mod accounts;
#[path = "../http/api_keys.rs"]
mod api_keys;
#[path = "../http/bad_input.rs"]
mod bad_input;
#[path = "../http/login.rs"]
mod login;
#[path = "../http/sessions.rs"]
mod sessions;
#[path = "../http/tokens.rs"]
mod tokens;

const NODE: &str = env!("CARGO_BIN_EXE_node");
const PASSWORD: &str = "correct staple in a battery";
const OTHER_PASSWORD: &str = "another horse for the stable";

const NO_CREDENTIAL: &str = r#"Bearer realm="quickstart""#;
const INVALID_TOKEN: &str = r#"Bearer realm="quickstart", error="invalid_token""#;
const INSUFFICIENT: &str = r#"Bearer realm="quickstart", error="insufficient_scope""#;

/// Three nodes, as one service. Where there is neither PostgreSQL nor Redis it is one node on a file, which has said so.
struct Service {
    nodes: Vec<Node>,
    _database: Option<Database>,
}

impl Service {
    fn client(&self) -> Client {
        Client::round_robin(self.nodes.iter().map(Node::base))
    }

    fn base(&self) -> &str {
        self.nodes[0].base()
    }
}

fn node() -> Service {
    let suite = "the contract on three nodes";
    // The tests are on a runtime already.
    let database = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Database::create(suite))
    });
    let (Some(database), Some(redis)) = (database.join().unwrap(), Redis::shared(suite)) else {
        return Service { nodes: vec![Node::start(NODE)], _database: None };
    };
    let url = database.url();
    let env = [
        ("DATABASE_URL", &*url),
        ("REDIS_URL", &*redis),
        ("AUTH_ISSUER", "http://127.0.0.1:3000"),
        // Another node learns of a change some milliseconds later, and the contract speaks of the next request: so here
        // every node asks the store. How soon caches learn of changes is measured by the tests of the cluster.
        ("AUTH_CACHE_BOUND", "0s"),
    ];
    let nodes = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(|| Node::start_with(NODE, &env))).collect();
        starting.into_iter().map(|node| node.join().unwrap()).collect()
    });
    Service { nodes, _database: Some(database) }
}
