//! Nodes see each other's changes: at once through the fan-out, and within the cache lifetime without it.

use std::time::{Duration, Instant};

use auth_tests::servers::Redis;
use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{BOUND, PASSWORD, SOON, a_database, node, node_with, report, until};

/// Settings of nodes that can see a change only by the fan-out while a test runs. The delay is printed and not checked,
/// because a busy machine may take longer.
const BY_FANOUT_ONLY: [(&str, &str); 1] = [("AUTH_CACHE_BOUND", "1h")];

/// The lifetime starts when a node loads an entry and is measured by the wall clock, which may be adjusted meanwhile.
const WITHIN_BOUND: Duration = BOUND.saturating_add(Duration::from_millis(100));

/// An account, logged in twice on the first node.
struct Subject {
    path: String,
    email: String,
    here: String,
    there: String,
}

async fn subject(a: &Client, n: usize) -> Subject {
    let email = format!("user{n}@example.com");
    let id = a.register(&email, PASSWORD).await;
    let (here, there) = (a.login(&email, PASSWORD).await.access, a.login(&email, PASSWORD).await.access);
    Subject { path: format!("/users/{id}"), email, here, there }
}

async fn is(client: &Client, token: &str, path: &str, status: u16) -> bool {
    client.get_as(token, path).await.status == status
}

/// Makes every change on the first node and returns how long the slowest of the others took to see each. No node may
/// answer from the state before a change later than `limit` after it.
async fn changes(nodes: &[Node], limit: Duration, run: usize) -> Vec<(&'static str, Duration)> {
    let clients: Vec<_> = nodes.iter().map(Node::client).collect();
    let (a, others) = clients.split_first().unwrap();
    let admin = a.admin().await.access;
    let mut seen = Vec::new();
    let mut note = |what, took: Duration| seen.push((what, took));

    let user = subject(a, run * 10).await;
    known(&clients, &user.there, "/users/me").await;
    assert_eq!(a.call_as(&user.there, Method::POST, "/auth/logout").await.status, 204);
    assert!(is(a, &user.there, "/users/me", 401).await, "the node itself");
    note("logout", refused(others, &user.there, "/users/me", 401, limit).await);

    let change = json!({ "current_password": PASSWORD, "new_password": "another horse for the stable" });
    let other = a.login(&user.email, PASSWORD).await.access;
    known(&clients, &other, "/users/me").await;
    assert_eq!(a.json_as(&user.here, Method::POST, "/auth/password", &change).await.status, 200);
    assert!(is(a, &other, "/users/me", 401).await, "the node itself");
    note("password change", refused(others, &other, "/users/me", 401, limit).await);

    let user = subject(a, run * 10 + 1).await;
    known(&clients, &user.here, "/users/me").await;
    patch(a, &admin, &user.path, &json!({ "role": "moderator" })).await;
    note("role given", refused(others, &user.here, "/users", 200, limit).await);
    patch(a, &admin, &user.path, &json!({ "role": "user" })).await;
    assert!(is(a, &user.here, "/users", 403).await, "the node itself");
    note("role taken", refused(others, &user.here, "/users", 403, limit).await);
    patch(a, &admin, &user.path, &json!({ "is_active": false })).await;
    assert!(is(a, &user.here, "/users/me", 401).await, "the node itself");
    note("disable", refused(others, &user.here, "/users/me", 401, limit).await);

    let user = subject(a, run * 10 + 2).await;
    known(&clients, &user.here, "/users/me").await;
    assert_eq!(a.call_as(&admin, Method::DELETE, &user.path).await.status, 204);
    assert!(is(a, &user.here, "/users/me", 401).await, "the node itself");
    note("removal", refused(others, &user.here, "/users/me", 401, limit).await);

    let key = json!({ "name": "reports", "scopes": ["reports:read"] });
    let key = a.json_as(&admin, Method::POST, "/auth/api-keys", &key).await.json();
    let (path, key) = (format!("/auth/api-keys/{}", key["id"].as_str().unwrap()), key["key"].as_str().unwrap());
    known(&clients, key, "/reports").await;
    assert_eq!(a.call_as(&admin, Method::DELETE, &path).await.status, 204);
    assert!(is(a, key, "/reports", 401).await, "the node itself");
    note("key revocation", refused(others, key, "/reports", 401, limit).await);
    seen
}

/// Checks that every node accepts this credential, and so has cached it.
async fn known(clients: &[Client], credential: &str, path: &str) {
    for client in clients {
        assert!(is(client, credential, path, 200).await, "a good credential is refused");
    }
}

/// Time until all of these nodes answer with `status`.
async fn refused(clients: &[Client], credential: &str, path: &str, status: u16, limit: Duration) -> Duration {
    let changed = Instant::now();
    for client in clients {
        loop {
            let asked = changed.elapsed();
            if is(client, credential, path, status).await {
                break;
            }
            assert!(asked < limit, "another node, asked {asked:?} after a change, has not seen it");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    changed.elapsed()
}

async fn patch(client: &Client, admin: &str, path: &str, change: &Value) {
    let answer = client.json_as(admin, Method::PATCH, path, change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn print(by: &str, seen: &[(&str, Duration)]) {
    for (what, took) in seen {
        report(format_args!("{by}: {what} seen by the other nodes after {:.1} ms", took.as_secs_f64() * 1e3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_see_changes_at_once_through_redis() {
    let suite = "three nodes on PostgreSQL and Redis";
    let (Some(database), Some(mut redis)) = (a_database(suite).await, Redis::start(suite)) else { return };
    let nodes: Vec<_> = (0..3).map(|_| node_with(&database.url(), Some(&redis.url()), &BY_FANOUT_ONLY)).collect();
    listens(&nodes).await;
    print("Redis", &changes(&nodes, SOON, 1).await);

    let clients: Vec<_> = nodes.iter().map(Node::client).collect();
    let (a, others) = clients.split_first().unwrap();
    let missed = subject(a, 0).await.here;
    known(&clients, &missed, "/users/me").await;
    redis.stop();
    assert_eq!(a.call_as(&missed, Method::POST, "/auth/logout").await.status, 204);
    redis.start_again();
    until("the fan-out heals", SOON, async || {
        nodes.iter().all(|node| {
            std::fs::read_to_string(node.path("log")).unwrap().contains("subscribed again to changes of other nodes")
        })
    })
    .await;
    refused(others, &missed, "/users/me", 401, SOON).await;
    listens(&nodes).await;
    print("Redis back", &changes(&nodes, SOON, 2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_see_changes_within_the_cache_lifetime_without_redis() {
    let suite = "three nodes whose Redis is gone";
    let (Some(database), Some(mut redis)) = (a_database(suite).await, Redis::start(suite)) else { return };
    let nodes: Vec<_> = (0..3).map(|_| node(&database.url(), Some(&redis.url()))).collect();
    listens(&nodes).await;
    redis.stop();
    print("Redis gone", &changes(&nodes, WITHIN_BOUND, 1).await);
    // A node starts without Redis as well.
    let late = node(&database.url(), Some(&redis.url()));
    assert_eq!(late.client().get("/health").await.status, 200);
    let log = std::fs::read_to_string(nodes[0].path("log")).unwrap();
    assert!(log.contains("no subscription to changes of other nodes"), "the degraded mode is not in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_see_changes_at_once_through_postgres() {
    let Some(database) = a_database("three nodes on PostgreSQL alone").await else { return };
    let nodes: Vec<_> = (0..3).map(|_| node_with(&database.url(), None, &BY_FANOUT_ONLY)).collect();
    listens(&nodes).await;
    print("PostgreSQL", &changes(&nodes, SOON, 1).await);
}

/// A node subscribes some time after its start: waits until a change arrives well within the cache lifetime.
async fn listens(nodes: &[Node]) {
    let clients: Vec<_> = nodes.iter().map(Node::client).collect();
    let (a, others) = clients.split_first().unwrap();
    let email = format!("probe-{}@example.com", uuid::Uuid::new_v4());
    a.register(&email, PASSWORD).await;
    for other in others {
        until("a node listens", SOON, async || {
            let token = a.login(&email, PASSWORD).await.access;
            assert!(is(other, &token, "/users/me", 200).await);
            a.call_as(&token, Method::POST, "/auth/logout").await;
            let began = Instant::now();
            while began.elapsed() < BOUND / 5 {
                if is(other, &token, "/users/me", 401).await {
                    return true;
                }
            }
            false
        })
        .await;
    }
}
