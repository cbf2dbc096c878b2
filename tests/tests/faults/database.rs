//! A database that goes away under load, and comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_tests::servers::Postgres;
use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::json;

use crate::{BOUND, PASSWORD, node, report, until};

const SOON: Duration = Duration::from_secs(30);

/// Asks again and again until it is told to stop; how often each status was answered.
async fn load(client: Client, credential: String, path: &'static str, stop: Arc<AtomicBool>) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let answer = client.get_as(&credential, path).await;
        if answer.status == 503 {
            answer.is_problem(503);
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        *statuses.entry(answer.status.as_u16()).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_nothing_undecided_is_allowed_and_it_heals_by_itself() {
    let Some(mut server) = Postgres::start("a database that goes away") else { return };
    let nodes: Vec<_> = (0..2).map(|_| node(&server.url("postgres"), None)).collect();
    let [a, b] = [0, 1].map(|n: usize| Node::client(&nodes[n]));
    let admin = a.admin().await.access;
    a.register("ada@example.com", PASSWORD).await;
    let good = a.login("ada@example.com", PASSWORD).await;
    let revoked = a.login("ada@example.com", PASSWORD).await.access;
    assert_eq!(a.call_as(&revoked, Method::POST, "/auth/logout").await.status, 204);
    let key = json!({ "name": "reports", "scopes": ["reports:read"] });
    let key = a.json_as(&admin, Method::POST, "/auth/api-keys", &key).await.json()["key"].as_str().unwrap().to_owned();
    // Never seen before the outage: nothing of it can be cached.
    let unseen = a.login("ada@example.com", PASSWORD).await.access;

    let stop = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = [
        (&a, &good.access, "/users/me"),
        (&b, &good.access, "/users/me"),
        (&b, &revoked, "/users/me"),
        (&a, &key, "/reports"),
    ]
    .map(|(client, credential, path)| tokio::spawn(load(client.clone(), credential.clone(), path, Arc::clone(&stop))))
    .into();
    until("the load is let in", SOON, async || a.get_as(&key, "/reports").await.status == 200).await;

    server.stop();
    let health = until("the outage shows", SOON, async || a.get("/health").await.status == 503).await;
    for client in [&a, &b] {
        client.get_as(&unseen, "/auth/sessions").await.is_problem(503);
        client.try_login("ada@example.com", PASSWORD).await.is_problem(503);
        client.try_refresh(&good.refresh).await.is_problem(503);
    }
    // What a node has cached it may answer from, for as long as its bound.
    let closed = until("caches run out", BOUND + Duration::from_secs(1), async || {
        a.get_as(&key, "/reports").await.status == 503
    })
    .await;
    a.get_as(&key, "/reports").await.is_problem(503);

    server.start_again();
    let healed = until("it heals", SOON, async || {
        let key = a.get_as(&key, "/reports").await.status == 200;
        let user = b.get_as(&unseen, "/users/me").await.status == 200;
        key && user && a.get("/health").await.status == 200
    })
    .await;
    good_again(&b, &good.refresh).await;

    stop.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for load in loads {
        answers.push(load.await.unwrap());
    }
    for (n, statuses) in answers.iter().enumerate() {
        let allowed: &[u16] = if n == 2 { &[401, 503] } else { &[200, 503] };
        assert!(statuses.keys().all(|status| allowed.contains(status)), "load {n} was answered {statuses:?}");
        assert!(statuses.contains_key(&503), "load {n} never met the outage: {statuses:?}");
    }
    report(format_args!("database away: /health 503 after {health:?}, cached keys refused after {closed:?}"));
    report(format_args!("database back: everything answered again after {healed:?}; statuses {answers:?}"));
}

/// A refresh that was refused while the database was away has spent nothing.
async fn good_again(client: &Client, refresh: &str) {
    client.try_refresh(refresh).await.tokens();
}
