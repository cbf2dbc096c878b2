//! Statements a second that several nodes send at a given rate of requests, compared with the formula.

use std::time::Duration;

use auth_core::store::PostgresStore;
use auth_tests::servers::{Database, Postgres};
use auth_tests::{Client, Node};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::fleet;

const BOUND: f64 = 5.0;
const WARM_UP: Duration = Duration::from_secs(6);
const MEASURED: Duration = Duration::from_secs(20);

/// Nodes, sessions with a subject each, and requests a second.
const CASES: [(usize, usize, u32); 7] =
    [(1, 100, 200), (1, 1_000, 200), (1, 10_000, 200), (3, 100, 200), (3, 1_000, 200), (3, 1_000, 50), (3, 100, 400)];

/// Sends requests to random nodes and sessions at this rate; returns their number.
async fn drive(clients: &[Client], tokens: &[String], rate: u32, time: Duration) -> usize {
    let mut tick = interval(Duration::from_secs(1) / rate);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (end, mut sent, mut calls) = (Instant::now() + time, 0, JoinSet::new());
    while Instant::now() < end {
        tick.tick().await;
        let random = uuid::Uuid::new_v4().as_u128();
        let client = clients[usize::try_from(random >> 64 & 0xffff).unwrap() % clients.len()].clone();
        let token = tokens[usize::try_from(random & 0xff_ffff).unwrap() % tokens.len()].clone();
        calls.spawn(async move { assert_eq!(client.get_as(&token, "/policy").await.status, 200) });
        sent += 1;
        while calls.try_join_next().is_some_and(|call| call.is_ok()) {}
    }
    calls.join_all().await;
    sent
}

/// Statements that looked up a subject or a session.
async fn asked(pool: &PgPool) -> f64 {
    let sql = "SELECT coalesce(sum(calls), 0)::float8 FROM pg_stat_statements
               WHERE query LIKE '%FROM auth_core.users WHERE id%' OR query LIKE '%FROM auth_core.sessions WHERE id%'";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
async fn case(server: &str, nodes: usize, sessions: usize, rate: u32) {
    let database = Database::create_on(server).await;
    let store = PostgresStore::open(&database.url()).await.unwrap();
    sqlx::raw_sql("CREATE EXTENSION pg_stat_statements").execute(store.pool()).await.unwrap();
    let nodes: Vec<Node> = (0..nodes).map(|_| fleet::start(&database.url())).collect();
    let clients: Vec<Client> = nodes.iter().map(Node::client).collect();
    let tokens = fleet::access_tokens(&store, "user", sessions).await;
    drive(&clients, &tokens, rate, WARM_UP).await;
    let (before, began) = (asked(store.pool()).await, Instant::now());
    let sent = drive(&clients, &tokens, rate, MEASURED).await;
    let seconds = began.elapsed().as_secs_f64();
    let measured = (asked(store.pool()).await - before) / seconds;
    let (n, s, r) = (nodes.len() as f64, sessions as f64, sent as f64 / seconds);
    // An entry is loaded, lives for the cache lifetime, and is loaded again by the next request for it.
    let formula = n * 2.0 * s / (BOUND + n * s / r);
    println!("| {n} | {s} | {r:.0} | {measured:.0} | {formula:.0} |");
    store.close().await;
}

pub(crate) async fn print() {
    let settings = ["shared_preload_libraries=pg_stat_statements"];
    let Some(server) = Postgres::start_with("load on PostgreSQL", &settings) else { return };
    println!(
        "| nodes | sessions, each of another subject | requests a second | statements a second | by the formula |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for (nodes, sessions, rate) in CASES {
        case(&server.url("postgres"), nodes, sessions, rate).await;
    }
}
