//! A node that is killed in the middle of what it does, again and again.

use std::time::{Duration, Instant};

use auth_tests::servers::Database;
use auth_tests::{Client, Node, Tokens};
use reqwest::Method;
use serde_json::json;

use crate::{NODE, PASSWORD, a_database, node, report};

/// How long nodes are killed for, in each of three lanes at once.
const TIME: Duration = Duration::from_secs(40);

/// Enough, on a quick machine.
const KILLS: usize = 120;

/// Something in the middle of which a node is killed.
trait Lane {
    /// What it is, and how long it takes at most.
    const WHAT: (&'static str, Duration);

    async fn begin(client: &Client, email: &str) -> Self;

    /// What the node is asked to do; `Some` when it has answered that it did.
    async fn act(&self, client: &Client) -> Option<()>;

    /// Holds the new node against what may have happened, and goes on from there.
    async fn check(&mut self, client: &Client, answered: bool);
}

/// A refresh: the session goes on, with one successor.
struct Refresh(Tokens);

impl Lane for Refresh {
    const WHAT: (&'static str, Duration) = ("a refresh", Duration::from_millis(12));

    async fn begin(client: &Client, email: &str) -> Self {
        client.register(email, PASSWORD).await;
        Self(client.login(email, PASSWORD).await)
    }

    async fn act(&self, client: &Client) -> Option<()> {
        sent(client, client.request(Method::POST, "/auth/refresh").form(&[("refresh_token", &self.0.refresh)]), 200)
            .await
    }

    async fn check(&mut self, client: &Client, _: bool) {
        // Whether the node spent it or not: the same token gets the one successor there is.
        let first = client.try_refresh(&self.0.refresh).await.tokens();
        let again = client.try_refresh(&self.0.refresh).await.tokens();
        assert_eq!(first.refresh, again.refresh, "one token was spent into two families");
        assert_eq!(client.get_as(&first.access, "/users/me").await.status, 200);
        self.0 = first;
    }
}

/// A password change: everything of it has happened, or nothing.
struct PasswordChange {
    email: String,
    number: usize,
    here: Tokens,
    there: Tokens,
}

fn password(number: usize) -> String {
    format!("{PASSWORD}, number {number}")
}

impl Lane for PasswordChange {
    const WHAT: (&'static str, Duration) = ("a password change", Duration::from_millis(150));

    async fn begin(client: &Client, email: &str) -> Self {
        let password = password(0);
        client.register(email, &password).await;
        let (here, there) = (client.login(email, &password).await, client.login(email, &password).await);
        Self { email: email.to_owned(), number: 0, here, there }
    }

    async fn act(&self, client: &Client) -> Option<()> {
        let (old, new) = (password(self.number), password(self.number + 1));
        let body = json!({ "current_password": old, "new_password": new });
        let request = client.request(Method::POST, "/auth/password").bearer_auth(&self.here.access).json(&body);
        sent(client, request, 204).await
    }

    async fn check(&mut self, client: &Client, answered: bool) {
        let old = client.try_login(&self.email, &password(self.number)).await;
        let new = client.try_login(&self.email, &password(self.number + 1)).await;
        let changed = new.status == 200;
        assert_ne!(old.status == 200, changed, "one of the two passwords logs in: {} and {}", old.status, new.status);
        assert!(changed || !answered, "an answered change was undone");
        let other = client.try_refresh(&self.there.refresh).await;
        assert_eq!(other.status == 200, !changed, "the other session of a password that changed: {changed}");
        if changed {
            self.number += 1;
        }
        self.here = if changed { new.tokens() } else { old.tokens() };
        self.there = client.login(&self.email, &password(self.number)).await;
    }
}

/// The rotation of an API key: its secret stays good for the overlap, and an answered one is good as well.
struct Rotation {
    admin: String,
    path: String,
    key: String,
}

impl Lane for Rotation {
    const WHAT: (&'static str, Duration) = ("a key's rotation", Duration::from_millis(12));

    async fn begin(client: &Client, email: &str) -> Self {
        let admin = client.admin().await.access;
        let new = json!({ "name": email, "scopes": ["reports:read"] });
        let made = client.json_as(&admin, Method::POST, "/auth/api-keys", &new).await.json();
        let path = format!("/auth/api-keys/{}/rotate", made["id"].as_str().unwrap());
        Self { admin, path, key: made["key"].as_str().unwrap().to_owned() }
    }

    async fn act(&self, client: &Client) -> Option<()> {
        sent(client, client.request(Method::POST, &self.path).bearer_auth(&self.admin), 200).await
    }

    async fn check(&mut self, client: &Client, _: bool) {
        assert_eq!(client.get_as(&self.key, "/reports").await.status, 200, "a key was lost");
        self.admin = client.admin().await.access;
        let rotated = client.call_as(&self.admin, Method::POST, &self.path).await;
        rotated.json()["key"].as_str().unwrap().clone_into(&mut self.key);
        assert_eq!(client.get_as(&self.key, "/reports").await.status, 200);
    }
}

/// Sends what may never be answered; an answer has the status that says it was done.
async fn sent(client: &Client, request: reqwest::RequestBuilder, done: u16) -> Option<()> {
    let _ = client;
    let response = request.send().await.ok()?;
    assert_eq!(response.status(), done);
    Some(())
}

async fn run<L: Lane>(database: &Database) -> (usize, usize) {
    let (what, longest) = L::WHAT;
    let mut node = node(&database.url(), None);
    let mut lane = L::begin(&node.client(), &format!("{}@example.com", what.replace([' ', '\''], "-"))).await;
    let (began, mut kills, mut unanswered) = (Instant::now(), 0, 0);
    while kills < KILLS && began.elapsed() < TIME {
        let client = node.client();
        let point = longest.mul_f64(f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0);
        let answered = tokio::select! {
            biased;
            answered = lane.act(&client) => answered.is_some(),
            () = tokio::time::sleep(point) => false,
        };
        node = Node::kill_and_restart(node, NODE);
        lane.check(&node.client(), answered).await;
        kills += 1;
        unanswered += usize::from(!answered);
    }
    report(format_args!("{what}: {kills} nodes killed, {unanswered} of them before they had answered"));
    (kills, unanswered)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_nothing_doubles_nothing_and_leaves_nothing_half_written() {
    let Some(database) = a_database("killed nodes").await else { return };
    let lanes = tokio::join!(run::<Refresh>(&database), run::<PasswordChange>(&database), run::<Rotation>(&database));
    for (kills, unanswered) in [lanes.0, lanes.1, lanes.2] {
        assert!(kills >= 10 && unanswered >= 1, "{kills} kills, {unanswered} in the middle: this has tested nothing");
    }
    let sessions = "SELECT count(*) FROM auth_core.sessions s
                    WHERE (SELECT count(*) FROM auth_core.refresh_tokens t
                           WHERE t.session_id = s.id AND t.used_at IS NULL) <> 1";
    let pool = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let broken: i64 = sqlx::query_scalar(sessions).fetch_one(&pool).await.unwrap();
    assert_eq!(broken, 0, "sessions without exactly one living token");
    pool.close().await;
}
