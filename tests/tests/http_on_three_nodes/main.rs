//! The tests of `http` against three nodes on one PostgreSQL and one Redis; each request goes to the next node.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use std::sync::Arc;

use auth_tests::servers::{Database, Redis};
use auth_tests::{Client, Node};
use propagation::Propagation;

mod limits;
mod propagation;
mod settings;

#[path = "../http/accounts.rs"]
mod accounts;
#[path = "../http/api_keys.rs"]
mod api_keys;
#[path = "../http/bad_input.rs"]
mod bad_input;
#[path = "../http/events.rs"]
mod events;
#[path = "../http/login.rs"]
mod login;
#[path = "../http/login_code.rs"]
mod login_code;
#[path = "../http/mfa.rs"]
mod mfa;
#[path = "../http/one_time.rs"]
mod one_time;
#[path = "../http/place.rs"]
mod place;
#[path = "../http/recovery.rs"]
mod recovery;
#[path = "../http/registration.rs"]
mod registration;
#[path = "../http/second_factor.rs"]
mod second_factor;
#[path = "../http/sessions.rs"]
mod sessions;
#[path = "../http/tokens.rs"]
mod tokens;

/// The nodes of the suites with a clock.
const NODES: usize = 3;
const NODE: &str = env!("CARGO_BIN_EXE_node");
const PASSWORD: &str = "correct staple in a battery";
const OTHER_PASSWORD: &str = "another horse for the stable";

const NO_CREDENTIAL: &str = r#"Bearer realm="quickstart""#;
const INVALID_TOKEN: &str = r#"Bearer realm="quickstart", error="invalid_token""#;
const INSUFFICIENT: &str = r#"Bearer realm="quickstart", error="insufficient_scope""#;

/// Three nodes as one service. Without PostgreSQL and Redis it is one node on a file, and the suite is reported as left
/// out.
struct Service {
    nodes: Vec<Node>,
    propagation: Option<Arc<Propagation>>,
    _database: Option<Database>,
}

impl Service {
    /// The contract is about the next request, which goes to another node. That node receives a change some
    /// milliseconds after it was answered, so the client waits for that. The tests of `faults` measure the delay.
    fn client(&self) -> Client {
        let client = Client::round_robin(self.nodes.iter().map(Node::base));
        let client = client.with_metadata(self.nodes[0].metadata_url());
        match &self.propagation {
            Some(propagation) => client.settling(propagation.clone()),
            None => client,
        }
    }

    fn base(&self) -> &str {
        self.nodes[0].base()
    }

    /// The token of a message, which another node than that of the next request may have made.
    async fn message(&self, kind: &str, to: &str) -> String {
        auth_tests::logged_message(&self.nodes.iter().collect::<Vec<_>>(), kind, to).await
    }
}

fn node() -> Service {
    let suite = "the contract on three nodes";
    let database = on_another_thread(Database::create(suite));
    let (Some(database), Some(redis)) = (database, Redis::shared(suite)) else {
        return Service { nodes: vec![Node::start(NODE)], propagation: None, _database: None };
    };
    let (url, namespace) = (database.url(), auth_core::SubjectId::random().to_string());
    let env = [
        ("DATABASE_URL", &*url),
        ("REDIS_URL", &*redis),
        // Services that run at the same time do not count their logins together.
        ("REDIS_NAMESPACE", &*namespace),
        ("AUTH_ISSUER", "http://127.0.0.1:3000"),
        ("RUST_LOG", "auth=debug"),
    ];
    let nodes: Vec<_> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(|| Node::start_with(NODE, &env))).collect();
        starting.into_iter().map(|node| node.join().unwrap()).collect()
    });
    on_another_thread(async { Propagation::new(&nodes, &redis, &namespace).subscribed().await });
    // Created on this test's own runtime, which drives its connection.
    let propagation = Some(Arc::new(Propagation::new(&nodes, &redis, &namespace)));
    Service { nodes, propagation, _database: Some(database) }
}

/// The tests already run on a runtime.
fn on_another_thread<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work)
        });
        thread.join().unwrap()
    })
}
