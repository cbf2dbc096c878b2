//! Memory of a node that serves more and more sessions.

use std::sync::Arc;

use auth_core::store::PostgresStore;
use auth_tests::servers::Database;
use auth_tests::{Client, Node};
use tokio::task::JoinSet;

use crate::fleet;

/// Sessions with a subject each, a million in all: ten times the size of a cache.
const STEPS: usize = 40;
const STEP: usize = 25_000;
/// The numbers of sessions after which a line is printed.
const LINES: [usize; 10] = [25_000, 50_000, 75_000, 100_000, 125_000, 150_000, 200_000, 500_000, 750_000, 1_000_000];

fn resident_kib(node: &Node) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn serve(client: &Client, tokens: Vec<String>) {
    let tokens = Arc::new(tokens);
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let (client, tokens) = (client.clone(), Arc::clone(&tokens));
        callers.spawn(async move {
            for token in tokens.iter().skip(caller).step_by(8) {
                assert_eq!(client.get_as(token, "/users/me").await.status, 200);
            }
        });
    }
    callers.join_all().await;
}

pub(crate) async fn print() {
    let Some(database) = Database::create("a node's memory").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let node = fleet::start(&database.url());
    let client = node.client();
    // Opens connections and pools before the first figure.
    serve(&client, fleet::access_tokens(&store, "warm", 200).await).await;
    println!("| sessions served, each of another subject | resident, MiB |");
    println!("| --- | --- |");
    println!("| 200 | {} |", resident_kib(&node) / 1024);
    for step in 1..=STEPS {
        let tokens = fleet::access_tokens(&store, &format!("step{step}user"), STEP).await;
        serve(&client, tokens).await;
        if LINES.contains(&(step * STEP)) {
            println!("| {} | {} |", step * STEP, resident_kib(&node) / 1024);
        }
    }
    store.close().await;
}
