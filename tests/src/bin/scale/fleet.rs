//! Nodes as processes, and the tokens for requests to them.

use std::io::Read as _;
use std::process::ExitCode;

use auth_core::password::PasswordHash;
use auth_core::store::{Audit, NewUser, PostgresStore, UserRegistry};
use auth_core::testing::sign_in;
use auth_core::token::SigningKey;
use auth_core::{Auth, Email};
use auth_tests::{AUTH_SECRET, Node};
use tokio::task::JoinSet;

const IS_NODE: &str = "SCALE_NODE";
const ISSUER: &str = "https://issuer.example.com";

/// Whether this process was started as a node.
pub(crate) fn is_node() -> bool {
    std::env::var_os(IS_NODE).is_some()
}

/// Runs the quickstart until its input ends.
pub(crate) fn node() -> ExitCode {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    quickstart::main()
}

pub(crate) fn start(database: &str) -> Node {
    let env = [
        (IS_NODE, "yes"),
        ("DATABASE_URL", database),
        ("AUTH_ISSUER", ISSUER),
        ("AUTH_ACCESS_TTL", "1d"),
        ("AUTH_RATE_LIMIT", "off"),
        ("RUST_LOG", "warn"),
    ];
    Node::start_with(std::env::current_exe().unwrap().to_str().unwrap(), &env)
}

/// One node on an SQLite file.
pub(crate) fn start_on_a_file() -> Node {
    let env = [(IS_NODE, "yes"), ("AUTH_RATE_LIMIT", "off"), ("RUST_LOG", "off")];
    Node::start_with(std::env::current_exe().unwrap().to_str().unwrap(), &env)
}

/// Access tokens of this many administrators, one session each.
pub(crate) async fn access_tokens(store: &PostgresStore, prefix: &str, count: usize) -> Vec<String> {
    let key = SigningKey::hs256(&AUTH_SECRET.to_owned().into()).unwrap();
    let builder = Auth::builder(key, ISSUER, "quickstart").store(store.clone());
    let day = std::time::Duration::from_hours(24);
    let auth = builder.access_ttl(day).cache_ttl(std::time::Duration::ZERO).build().unwrap();
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (auth, store, prefix) = (auth.clone(), store.clone(), prefix.to_owned());
        writers.spawn(async move {
            let mut tokens = Vec::new();
            for n in (writer..count).step_by(8) {
                let email: Email = format!("{prefix}{n}@example.com").parse().unwrap();
                let password_hash = PasswordHash::from_stored("$argon2id$");
                let user = NewUser::new(email, password_hash).with_roles(vec!["admin".into()]);
                let subject = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
                tokens.push(sign_in(&auth, &subject, "pwd", "").await.unwrap().expose().to_owned());
            }
            tokens
        });
    }
    writers.join_all().await.into_iter().flatten().collect()
}
