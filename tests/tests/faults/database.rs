//! A database that becomes unavailable under load, and comes back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth_tests::servers::Postgres;
use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::json;

use crate::{BOUND, PASSWORD, SOON, node, report, until};

/// Phases of the database, in this order.
const UP: usize = 0;
const AWAY: usize = 1;
/// Unavailable for longer than the cache lifetime: no cached entry may answer.
const CLOSED: usize = 2;
const BACK: usize = 3;
const OVER: usize = 4;

/// How often each status was answered in each phase. A request counts in the phase in which it was sent; one that still
/// waited when the database came back counts in `BACK`.
type Statuses = [BTreeMap<u16, usize>; 4];

/// A client that repeats one request.
struct Load {
    client: Client,
    credential: String,
    path: &'static str,
    /// The status while the database is available.
    status: u16,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    statuses: Statuses,
    /// When the last accepted request was sent before the database came back.
    last_let_in: Option<Instant>,
}

impl Load {
    fn new(client: &Client, credential: &str, path: &'static str, status: u16) -> Arc<Self> {
        let (client, credential) = (client.clone(), credential.to_owned());
        Arc::new(Self { client, credential, path, status, seen: Mutex::default() })
    }

    /// Sends requests until the phase is `OVER`.
    async fn run(self: Arc<Self>, phase: Arc<AtomicUsize>) {
        loop {
            let sent = phase.load(Ordering::SeqCst);
            if sent == OVER {
                return;
            }
            let sent_at = Instant::now();
            let answer = self.client.get_as(&self.credential, self.path).await;
            if answer.status == 503 {
                answer.is_problem(503);
                assert_eq!(answer.header("retry-after"), Some("1"));
            }
            self.note(sent, sent_at, answer.status.as_u16(), phase.load(Ordering::SeqCst) >= BACK);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn note(&self, sent: usize, sent_at: Instant, status: u16, is_back: bool) {
        let mut seen = self.seen.lock().unwrap();
        if status == 200 && !is_back {
            seen.last_let_in = Some(sent_at);
        }
        *seen.statuses[if is_back { BACK } else { sent }].entry(status).or_default() += 1;
    }

    fn has_seen(&self, phase: usize, status: u16) -> bool {
        self.seen.lock().unwrap().statuses[phase].contains_key(&status)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_a_node_allows_nothing_and_recovers_by_itself() {
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
    // Never used before the outage, so it cannot be cached.
    let unseen = a.login("ada@example.com", PASSWORD).await.access;

    let phase = Arc::new(AtomicUsize::new(UP));
    // The handlers of `/policy` and `/reports` do not read the store, so these answers are the guard's.
    let loads = [
        ("a handler that loads the user", Load::new(&b, &good.access, "/users/me", 200)),
        ("a token on the one node", Load::new(&a, &admin, "/policy", 200)),
        ("a token on the other node", Load::new(&b, &admin, "/policy", 200)),
        ("an API key", Load::new(&a, &key, "/reports", 200)),
        ("a revoked token", Load::new(&b, &revoked, "/users/me", 401)),
    ];
    let running: Vec<_> =
        loads.iter().map(|(_, load)| tokio::spawn(Arc::clone(load).run(Arc::clone(&phase)))).collect();
    // Every client has sent requests in each phase before the next one begins, however slow this machine is.
    let all_have_seen = async |phase: usize, status: Option<u16>| {
        loads.iter().all(|(_, load)| load.has_seen(phase, status.unwrap_or(load.status)))
    };
    until("the load is answered", SOON, async || all_have_seen(UP, None).await).await;

    server.stop();
    phase.store(AWAY, Ordering::SeqCst);
    let stopped = Instant::now();
    let health = until("the outage shows", SOON, async || a.get("/health").await.status == 503).await;
    for client in [&a, &b] {
        client.get_as(&unseen, "/auth/sessions").await.is_problem(503);
        client.try_login("ada@example.com", PASSWORD).await.is_problem(503);
        client.try_refresh(&good.refresh).await.is_problem(503);
    }
    // A node may answer from its cache for the cache lifetime; an expired entry cannot be loaded again.
    until("caches run out", SOON, async || all_have_seen(AWAY, Some(503)).await).await;
    phase.store(CLOSED, Ordering::SeqCst);
    for _ in 0..3 {
        a.get_as(&key, "/reports").await.is_problem(503);
        b.get_as(&admin, "/policy").await.is_problem(503);
        b.get_as(&revoked, "/policy").await.is_problem(503);
    }
    until("the load is refused", SOON, async || all_have_seen(CLOSED, Some(503)).await).await;

    phase.store(BACK, Ordering::SeqCst);
    server.start_again();
    let healed = until("it heals", SOON, async || {
        let key = a.get_as(&key, "/reports").await.status == 200;
        let user = b.get_as(&unseen, "/users/me").await.status == 200;
        key && user && a.get("/health").await.status == 200
    })
    .await;
    refreshes_again(&b, &good.refresh).await;

    phase.store(OVER, Ordering::SeqCst);
    for running in running {
        running.await.unwrap();
    }
    for (what, load) in &loads {
        let (status, seen) = (load.status, load.seen.lock().unwrap());
        let statuses = &seen.statuses;
        let closed = seen.last_let_in.map(|sent| sent.saturating_duration_since(stopped)).unwrap_or_default();
        assert!(closed < BOUND, "{what} was let in {closed:?} after the database was gone");
        let allowed = |phase: usize, allowed: &[u16]| {
            assert!(statuses[phase].keys().all(|status| allowed.contains(status)), "{what}: {statuses:?}");
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

/// A refresh that was refused during the outage has not spent its token.
async fn refreshes_again(client: &Client, refresh: &str) {
    client.try_refresh(refresh).await.tokens();
}
