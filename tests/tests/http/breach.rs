//! New passwords of data breaches, by a server with the range API of Pwned Passwords.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use auth_core::password::{PwnedPasswords, WeakPassword};
use auth_core::prelude::*;
use auth_core::{AccountError, AuthBuilder, BuildError, Context, Keep, Registration, testing};
use auth_tests::{Client, serve};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing;
use serde_json::json;

use crate::PASSWORD;

/// A password of a breach.
const BREACHED: &str = "correct horse battery staple of a breach";

/// A password whose hash pads an answer.
const PADDED: &str = "padding is not a breach, whatever its hash";

fn sha1(password: &str) -> String {
    use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"))
}

/// The server's side: what it saw, and whether it answers.
#[derive(Clone, Default)]
struct Range {
    seen: Arc<Mutex<Vec<String>>>,
    is_down: Arc<AtomicBool>,
}

async fn range(State(range): State<Range>, Path(prefix): Path<String>, headers: HeaderMap) -> Response {
    assert_eq!(headers["add-padding"], "true");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("auth-core/"));
    range.seen.lock().unwrap().push(prefix.clone());
    if range.is_down.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let line = |(password, count): (&str, u32)| {
        let hash = sha1(password);
        hash.strip_prefix(&*prefix).map(|rest| format!("{rest}:{count}\r\n")).unwrap_or_default()
    };
    let hashes: String = [(BREACHED, 3), (PADDED, 0)].into_iter().map(line).collect();
    format!("0018A45C4D1DEF81644B54AB7F969B88D65:21\r\n{hashes}").into_response()
}

impl Range {
    async fn start() -> (Self, PwnedPasswords) {
        let range = Self::default();
        let app = axum::Router::new().route("/range/{prefix}", routing::get(self::range)).with_state(range.clone());
        let check = PwnedPasswords::at(&serve(app).await).unwrap();
        (range, check)
    }
}

fn service(check: PwnedPasswords, set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Auth {
    set(testing::in_memory().breach_check(check)).build().unwrap()
}

#[tokio::test]
async fn a_breached_password_is_refused_wherever_one_is_set_and_the_server_learns_five_digits() {
    let (range, check) = Range::start().await;
    let auth = service(check, |builder| builder);
    let client = Client::new(&serve(GuardedRouter::new().merge(auth.routes()).with_state(auth.clone())).await);
    let register = |password: &str| json!({ "email": "ada@example.com", "password": password });
    let refused = client.post_json("/auth/register", &register(BREACHED)).await;
    assert_eq!(refused.is_problem(422).json()["type"], "urn:auth-core:problem:weak-password");
    assert!(refused.text.contains("data breach") && !refused.text.contains(BREACHED), "{}", refused.text);
    assert_eq!(range.seen.lock().unwrap()[..], [&sha1(BREACHED)[..5]]);

    for password in [PADDED, PASSWORD] {
        auth.hash_password(password.into(), &[]).await.unwrap();
    }
    let system = Context::system("test");
    let (ada, _) = auth.register(&system, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let breached = Err(AccountError::WeakPassword(WeakPassword::Breached));
    assert_eq!(auth.set_password(&system, &ada, BREACHED.into(), Keep::None).await.map(|_| ()), breached);
    let tokens = client.login("ada@example.com", PASSWORD).await;
    let change = json!({ "current_password": PASSWORD, "new_password": BREACHED });
    client.json_as(&tokens.access, reqwest::Method::POST, "/auth/password", &change).await.is_problem(422);
    // A password that another rule refuses is not sent at all.
    range.seen.lock().unwrap().clear();
    auth.hash_password("password".into(), &[]).await.unwrap_err();
    assert_eq!(range.seen.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_password_that_was_seen_less_often_is_accepted() {
    let (_range, check) = Range::start().await;
    for (count, is_refused) in [(0, true), (3, true), (4, false)] {
        let auth = service(check.clone().min_count(count), |builder| builder);
        assert_eq!(auth.hash_password(BREACHED.into(), &[]).await.is_err(), is_refused, "{count}");
        auth.hash_password(PASSWORD.into(), &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_that_does_not_answer_stops_no_one_unless_it_is_required() {
    let (range, check) = Range::start().await;
    range.is_down.store(true, Ordering::Relaxed);
    let unreachable = PwnedPasswords::at("http://127.0.0.1:9").unwrap();
    for check in [check, unreachable] {
        let open = service(check.clone(), |builder| builder);
        open.hash_password(BREACHED.into(), &[]).await.unwrap();
        let closed = service(check, AuthBuilder::require_breach_check);
        let refused = closed.hash_password(PASSWORD.into(), &[]).await.map(|_| ());
        assert_eq!(refused, Err(AccountError::Unavailable));
    }
    let without_list = testing::in_memory().require_breach_check().build();
    assert!(matches!(without_list, Err(BuildError::Setting { setting: "require_breach_check", .. })));
    assert!(PwnedPasswords::at("file:///etc/hashes").is_err() && PwnedPasswords::at("hashes").is_err());
}
