//! A database that goes away under load, and comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth_tests::servers::Postgres;
use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::json;

use crate::{BOUND, PASSWORD, node, report, until};

const SOON: Duration = Duration::from_secs(30);

/// What is known of the database, in this order.
const UP: usize = 0;
const AWAY: usize = 1;
/// So long that nothing that is cached may be answered from.
const CLOSED: usize = 2;
const BACK: usize = 3;
const OVER: usize = 4;

/// How often each status was answered in each phase: that in which the request was sent, but for those which were still
/// waiting for the database when it came back.
type Statuses = [BTreeMap<u16, usize>; 4];

/// Asks again and again until it is over.
///
/// Also when the last request was sent that was let in before the database was back.
async fn load(client: Client, credential: String, path: &'static str, phase: Arc<AtomicUsize>) -> (Statuses, Instant) {
    let (mut statuses, mut last_let_in) = (Statuses::default(), Instant::now());
    loop {
        let sent = phase.load(Ordering::SeqCst);
        if sent == OVER {
            return (statuses, last_let_in);
        }
        let sent_at = Instant::now();
        let answer = client.get_as(&credential, path).await;
        if answer.status == 503 {
            answer.is_problem(503);
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        let is_back = phase.load(Ordering::SeqCst) >= BACK;
        if answer.status == 200 && !is_back {
            last_let_in = sent_at;
        }
        *statuses[if is_back { BACK } else { sent }].entry(answer.status.as_u16()).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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

    let phase = Arc::new(AtomicUsize::new(UP));
    // The handlers of `/policy` and `/reports` ask no store: there, a guard alone decides.
    let loads: Vec<_> = [
        ("a handler that loads the user", &b, &good.access, "/users/me", 200),
        ("a token on the one node", &a, &admin, "/policy", 200),
        ("a token on the other node", &b, &admin, "/policy", 200),
        ("an API key", &a, &key, "/reports", 200),
        ("a revoked token", &b, &revoked, "/users/me", 401),
    ]
    .map(|(what, client, credential, path, status)| {
        (what, status, tokio::spawn(load(client.clone(), credential.clone(), path, Arc::clone(&phase))))
    })
    .into();
    until("the load is let in", SOON, async || a.get_as(&key, "/reports").await.status == 200).await;

    server.stop();
    phase.store(AWAY, Ordering::SeqCst);
    let stopped = Instant::now();
    let health = until("the outage shows", SOON, async || a.get("/health").await.status == 503).await;
    for client in [&a, &b] {
        client.get_as(&unseen, "/auth/sessions").await.is_problem(503);
        client.try_login("ada@example.com", PASSWORD).await.is_problem(503);
        client.try_refresh(&good.refresh).await.is_problem(503);
    }
    // What a node has cached it may answer from, for as long as its bound.
    until("caches run out", SOON, async || {
        for (client, credential, path) in [(&a, &key, "/reports"), (&a, &admin, "/policy"), (&b, &admin, "/policy")] {
            if client.get_as(credential, path).await.status != 503 {
                return false;
            }
        }
        true
    })
    .await;
    phase.store(CLOSED, Ordering::SeqCst);
    for _ in 0..3 {
        a.get_as(&key, "/reports").await.is_problem(503);
        b.get_as(&admin, "/policy").await.is_problem(503);
        b.get_as(&revoked, "/policy").await.is_problem(503);
    }

    phase.store(BACK, Ordering::SeqCst);
    server.start_again();
    let healed = until("it heals", SOON, async || {
        let key = a.get_as(&key, "/reports").await.status == 200;
        let user = b.get_as(&unseen, "/users/me").await.status == 200;
        key && user && a.get("/health").await.status == 200
    })
    .await;
    good_again(&b, &good.refresh).await;

    phase.store(OVER, Ordering::SeqCst);
    for (what, status, load) in loads {
        let (statuses, last_let_in) = load.await.unwrap();
        let closed = last_let_in.saturating_duration_since(stopped);
        assert!(closed < BOUND, "{what} was let in {closed:?} after the database was gone");
        let allowed = |phase: usize, allowed: &[u16]| {
            assert!(statuses[phase].keys().all(|status| allowed.contains(status)), "{what}: {statuses:?}");
            assert!(phase == BACK || !statuses[phase].is_empty(), "{what} met nothing: {statuses:?}");
        };
        allowed(UP, &[status, 503]);
        allowed(AWAY, &[status, 503]);
        allowed(CLOSED, &[503]);
        allowed(BACK, &[status, 503]);
        report(format_args!("database away: {what} was let in for {closed:?}, and answered {statuses:?}"));
    }
    report(format_args!("database away: /health 503 after {health:?}"));
    report(format_args!("database back: everything answered again after {healed:?}"));
}

/// A refresh that was refused while the database was away has spent nothing.
async fn good_again(client: &Client, refresh: &str) {
    client.try_refresh(refresh).await.tokens();
}
