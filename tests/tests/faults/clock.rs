//! A clock that is set back by ten minutes: the clock of a service, and the system clock of a process.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use auth_core::http::Rejection;
use auth_core::store::{Page, SqliteStore};
use auth_core::testing::TestClock;
use auth_core::token::SigningKey;
use auth_core::{AccountError, Auth, Context, Identity, Login, Registration, Timestamp};
use auth_tests::servers::leave_out;
use auth_tests::{Client, Node};
use axum::extract::FromRequestParts;
use axum::http::{Request, header};
use axum::response::IntoResponse;
use reqwest::Method;

use crate::{NODE, PASSWORD};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const JUMP: Duration = Duration::from_mins(10);

/// The status with which an access token is answered.
pub(crate) async fn status(auth: &Auth, token: &str) -> u16 {
    match authenticate(auth, token).await {
        Ok(_) => 200,
        Err(rejection) => rejection.into_response().status().as_u16(),
    }
}

/// The identity behind an access token.
pub(crate) async fn identity(auth: &Auth, token: &str) -> Identity {
    authenticate(auth, token).await.unwrap()
}

async fn authenticate(auth: &Auth, token: &str) -> Result<Identity, Rejection> {
    let request = Request::builder().header(header::AUTHORIZATION, format!("Bearer {token}"));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    Identity::from_request_parts(&mut parts, auth).await
}

#[tokio::test]
async fn a_clock_set_back_revives_no_session_and_ends_none() {
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let clock = TestClock::at(NOW);
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let builder = Auth::builder(key, "https://issuer.example.com", "clock").store(store).clock(clock.clone());
    let auth = builder.build().unwrap();
    let login = || Login::new("ada@example.com", PASSWORD.to_owned());
    let (subject, _) = auth
        .register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD.to_owned()))
        .await
        .unwrap();
    let (kept, ended) = (
        auth.login(&Context::system("test"), login()).await.unwrap(),
        auth.login(&Context::system("test"), login()).await.unwrap(),
    );
    assert_eq!(status(&auth, ended.access.expose()).await, 200);
    let listed = auth.sessions(&subject, Page::first(10)).await.unwrap();
    let spent = auth.refresh(&Context::system("test"), kept.refresh.expose()).await.unwrap();

    clock.set(NOW.before(JUMP));
    // Issued in the future of this node's clock.
    assert_eq!(status(&auth, ended.access.expose()).await, 401);
    // A retry of a response that was lost just before the jump is not a replay; it gets the same successor.
    let retried = auth.refresh(&Context::system("test"), kept.refresh.expose()).await.unwrap();
    assert_eq!(retried.refresh.expose(), spent.refresh.expose());
    assert_eq!(status(&auth, retried.access.expose()).await, 200);

    // A session that ends now stays ended when the clock catches up.
    auth.refresh(&Context::system("test"), ended.refresh.expose()).await.unwrap();
    assert_eq!(listed.len(), 2);
    auth.logout_everywhere(&Context::system("test"), &subject).await.unwrap();
    for token in [&retried.access, &ended.access] {
        assert_eq!(status(&auth, token.expose()).await, 401);
    }
    clock.set(NOW);
    for token in [&kept.access, &retried.access, &ended.access] {
        assert_eq!(status(&auth, token.expose()).await, 401, "an ended session came back with the clock");
    }
    let again = auth.refresh(&Context::system("test"), retried.refresh.expose()).await;
    assert!(matches!(again, Err(AccountError::InvalidRefreshToken)));
}

/// The clock of a process, through libfaketime, which reads the offset at every call.
struct ProcessClock(tempfile::NamedTempFile);

impl ProcessClock {
    /// Starts a process with this clock and no offset; `None` where libfaketime is missing.
    fn of_a_node() -> Option<(Self, Node)> {
        let Some(library) = libfaketime() else {
            leave_out("a node whose clock is set back", "install libfaketime (Debian: `faketime`)");
            return None;
        };
        let clock = Self(tempfile::NamedTempFile::new().unwrap());
        clock.set("+0");
        let node = Node::start_with(
            NODE,
            &[
                ("LD_PRELOAD", library.to_str().unwrap()),
                ("FAKETIME_TIMESTAMP_FILE", clock.0.path().to_str().unwrap()),
                ("FAKETIME_NO_CACHE", "1"),
                // Timers use the monotonic clock, which is never set back.
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
                ("AUTH_RATE_LIMIT", "off"),
            ],
        );
        Some((clock, node))
    }

    /// Atomic: the process may read the file at any moment.
    fn set(&self, offset: &str) {
        let next = self.0.path().with_extension("next");
        fs::write(&next, offset).unwrap();
        fs::rename(next, self.0.path()).unwrap();
    }
}

fn libfaketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists())
}

async fn me(client: &Client, token: &str) -> u16 {
    client.get_as(token, "/users/me").await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_node_survives_a_clock_set_back() {
    let Some((clock, node)) = ProcessClock::of_a_node() else { return };
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let kept = client.login("ada@example.com", PASSWORD).await;
    let ended = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(me(&client, &ended.access).await, 200);
    let spent = client.try_refresh(&kept.refresh).await.tokens();

    clock.set("-10m");
    assert_eq!(me(&client, &ended.access).await, 401, "a token from the future, as far as this node can tell");
    let retried = client.try_refresh(&kept.refresh).await.tokens();
    assert_eq!(retried.refresh, spent.refresh, "a retry of just before the jump is no replay");
    assert_eq!(me(&client, &retried.access).await, 200);
    // Logins still work.
    let during = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(me(&client, &during.access).await, 200);
    let all = client.call_as(&retried.access, Method::POST, "/auth/logout-all").await;
    assert_eq!(all.status, 204);

    clock.set("+0");
    for token in [&kept.access, &ended.access, &spent.access, &retried.access, &during.access] {
        assert_eq!(me(&client, token).await, 401, "an ended session came back with the clock");
    }
    for token in [&ended.refresh, &spent.refresh, &during.refresh] {
        client.try_refresh(token).await.is_problem(401);
    }
    let after = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(me(&client, &after.access).await, 200);
}
