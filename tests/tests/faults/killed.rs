//! A node that is killed during a request, many times.

use std::time::Duration;

use auth_tests::servers::Valve;
use auth_tests::{Answer, Client, Node, Tokens};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{NODE, PASSWORD, SOON, a_database, node_with, report, until};

/// A kind of request during which a node is killed.
trait Operation {
    /// Its name, about how long it takes, and how often a node is killed during it.
    const WHAT: (&'static str, Duration, usize);

    async fn begin(client: &Client, email: &str) -> Self;

    /// The request; `Some` if the node answered that it succeeded.
    async fn act(&self, client: &Client) -> Option<Answer>;

    /// Compares the new node's state with the outcomes that are possible, and continues from there.
    async fn check(&mut self, client: &Client, answer: Option<Answer>);
}

/// A refresh: the session goes on, with one successor.
struct Refresh(Tokens);

impl Operation for Refresh {
    const WHAT: (&'static str, Duration, usize) = ("a refresh", Duration::from_millis(12), 100);

    async fn begin(client: &Client, email: &str) -> Self {
        client.register(email, PASSWORD).await;
        Self(client.login(email, PASSWORD).await)
    }

    async fn act(&self, client: &Client) -> Option<Answer> {
        sent(client.request(Method::POST, "/auth/refresh").form(&[("refresh_token", &self.0.refresh)]), 200).await
    }

    async fn check(&mut self, client: &Client, answer: Option<Answer>) {
        // Whether or not the node spent it: the same token gets the same successor.
        let first = client.try_refresh(&self.0.refresh).await.tokens();
        let again = client.try_refresh(&self.0.refresh).await.tokens();
        assert_eq!(first.refresh, again.refresh, "one token was spent into two families");
        if let Some(answer) = answer {
            assert_eq!(first.refresh, answer.tokens().refresh, "an answered refresh was undone");
        }
        assert_eq!(client.get_as(&first.access, "/users/me").await.status, 200);
        self.0 = first;
    }
}

/// A password change: either all of its effects have happened, or none.
struct PasswordChange {
    email: String,
    number: usize,
    here: Tokens,
    there: Tokens,
}

fn password(number: usize) -> String {
    format!("{PASSWORD}, number {number}")
}

impl Operation for PasswordChange {
    const WHAT: (&'static str, Duration, usize) = ("a password change", Duration::from_millis(60), 60);

    async fn begin(client: &Client, email: &str) -> Self {
        let password = password(0);
        client.register(email, &password).await;
        let (here, there) = (client.login(email, &password).await, client.login(email, &password).await);
        Self { email: email.to_owned(), number: 0, here, there }
    }

    async fn act(&self, client: &Client) -> Option<Answer> {
        let (old, new) = (password(self.number), password(self.number + 1));
        let body = json!({ "current_password": old, "new_password": new });
        let request = client.request(Method::POST, "/auth/password").bearer_auth(&self.here.access).json(&body);
        sent(request, 200).await
    }

    async fn check(&mut self, client: &Client, answer: Option<Answer>) {
        let old = client.try_login(&self.email, &password(self.number)).await;
        let new = client.try_login(&self.email, &password(self.number + 1)).await;
        let changed = new.status == 200;
        assert_ne!(old.status == 200, changed, "one of the two passwords logs in: {} and {}", old.status, new.status);
        assert!(changed || answer.is_none(), "an answered change was undone");
        let other = client.try_refresh(&self.there.refresh).await;
        assert_eq!(other.status == 200, !changed, "the other session of a password that changed: {changed}");
        if changed {
            self.number += 1;
        }
        self.here = if changed { new.tokens() } else { old.tokens() };
        self.there = client.login(&self.email, &password(self.number)).await;
    }
}

/// The rotation of an API key: the old secret stays valid for the overlap, and the answered one is valid as well.
struct Rotation {
    admin: String,
    path: String,
    key: String,
}

impl Operation for Rotation {
    const WHAT: (&'static str, Duration, usize) = ("a key's rotation", Duration::from_millis(12), 100);

    async fn begin(client: &Client, email: &str) -> Self {
        let admin = client.admin().await.access;
        let new = json!({ "name": email, "scopes": ["reports:read"] });
        let made = client.json_as(&admin, Method::POST, "/auth/api-keys", &new).await.json();
        let path = format!("/auth/api-keys/{}/rotate", made["id"].as_str().unwrap());
        Self { admin, path, key: made["key"].as_str().unwrap().to_owned() }
    }

    async fn act(&self, client: &Client) -> Option<Answer> {
        sent(client.request(Method::POST, &self.path).bearer_auth(&self.admin), 200).await
    }

    async fn check(&mut self, client: &Client, answer: Option<Answer>) {
        assert_eq!(client.get_as(&self.key, "/reports").await.status, 200, "a key was lost");
        if let Some(answer) = answer {
            let key = answer.json()["key"].as_str().unwrap().to_owned();
            assert_eq!(client.get_as(&key, "/reports").await.status, 200, "an answered rotation was undone");
        }
        self.admin = client.admin().await.access;
        let rotated = client.call_as(&self.admin, Method::POST, &self.path).await;
        rotated.json()["key"].as_str().unwrap().clone_into(&mut self.key);
        assert_eq!(client.get_as(&self.key, "/reports").await.status, 200);
    }
}

/// Sends a request that may never be answered; an answer must have the status `done`.
async fn sent(request: RequestBuilder, done: u16) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let answer = Answer::read(response).await.ok()?;
    assert_eq!(answer.status, done, "{}", answer.text);
    Some(answer)
}

/// A restart takes a while on a busy machine; retries after it need a long leeway.
const LEEWAY: (&str, &str) = ("AUTH_REFRESH_LEEWAY", "5m");

fn email<L: Operation>() -> String {
    format!("{}@example.com", L::WHAT.0.replace([' ', '\''], "-"))
}

/// Kills nodes on an SQLite file at random moments; returns how many were killed, and how many before they answered.
async fn run<L: Operation>() -> (usize, usize) {
    let (what, mut window, times) = L::WHAT;
    let mut node = Node::start_with(NODE, &[("AUTH_RATE_LIMIT", "off"), LEEWAY]);
    let mut operation = L::begin(&node.client(), &email::<L>()).await;
    let mut unanswered = 0;
    for _ in 0..times {
        let client = node.client();
        let point = window.mul_f64(f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0);
        // tokio's timer has a resolution of a millisecond, in which a fast machine may be done.
        let point = tokio::task::spawn_blocking(move || std::thread::sleep(point));
        let answer = tokio::select! {
            biased;
            answer = operation.act(&client) => answer,
            _ = point => None,
        };
        node = Node::kill_and_restart(node, NODE);
        // The duration depends on the machine: a kill after the answer narrows the window, an earlier one widens it.
        window = window.mul_f64(if answer.is_some() { 0.8 } else { 1.15 });
        unanswered += usize::from(answer.is_none());
        operation.check(&node.client(), answer).await;
    }
    report(format_args!("{what} on SQLite: {times} nodes killed, {unanswered} of them before they had answered"));
    (times, unanswered)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_on_a_file_leaves_every_request_done_once_or_not_at_all() {
    let lanes = tokio::join!(run::<Refresh>(), run::<PasswordChange>(), run::<Rotation>());
    for (kills, unanswered) in [lanes.0, lanes.1, lanes.2] {
        assert!(unanswered * 10 > kills, "{kills} kills, only {unanswered} before the answer");
    }
}

/// Kills nodes on PostgreSQL, once before each of their messages to it; returns how these messages begin.
async fn step_by_step<L: Operation>() -> Option<Vec<String>> {
    let database = a_database("killed nodes").await?;
    let valve = Valve::before(&database.url()).await;
    let mut node = node_with(valve.url(), None, &[LEEWAY]);
    let mut operation = L::begin(&node.client(), &email::<L>()).await;
    let admin = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let mut held = Vec::new();
    loop {
        valve.quiet().await;
        valve.limit(held.len());
        let client = node.client();
        let (answer, next) = tokio::select! {
            biased;
            answer = operation.act(&client) => (answer, None),
            next = valve.holds() => (None, Some(next)),
        };
        node.kill();
        valve.cut();
        // The server ends the dead node's transaction.
        until("the server lets go", SOON, async || {
            let connections = "SELECT count(*) FROM pg_stat_activity
                               WHERE application_name = 'auth-core' AND datname = current_database()";
            sqlx::query_scalar::<_, i64>(connections).fetch_one(&admin).await.unwrap() == 0
        })
        .await;
        node = node.kill_and_restart(NODE);
        let answered = answer.is_some();
        operation.check(&node.client(), answer).await;
        let Some(next) = next else {
            assert!(answered, "it neither answered nor sent a message");
            break;
        };
        held.push(next);
    }
    let sessions = "SELECT count(*) FROM auth_core.sessions s
                    WHERE (SELECT count(*) FROM auth_core.refresh_tokens t
                           WHERE t.session_id = s.id AND t.used_at IS NULL) <> 1";
    let broken: i64 = sqlx::query_scalar(sessions).fetch_one(&admin).await.unwrap();
    assert_eq!(broken, 0, "sessions without exactly one living token");
    admin.close().await;
    report(format_args!("{} on PostgreSQL: a node killed before each of {} requests", L::WHAT.0, held.len()));
    Some(held)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_killed_at_any_step_leaves_the_request_done_once_or_not_at_all() {
    let lanes = tokio::join!(step_by_step::<Refresh>(), step_by_step::<PasswordChange>(), step_by_step::<Rotation>());
    let (Some(refresh), Some(change), Some(rotation)) = lanes else { return };
    for (begins, statement) in [(refresh, "COMMIT"), (change, "COMMIT"), (rotation, "UPDATE auth_core.api_keys")] {
        assert!(begins.iter().any(|held| held.starts_with(statement)), "never killed before {statement}: {begins:#?}");
    }
}
