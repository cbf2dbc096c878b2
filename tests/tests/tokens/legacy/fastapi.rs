//! Tokens of PyJWT and python-jose, as FastAPI applications make them, sent to running services.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use auth_core::recovery::LogDelivery;
use auth_core::store::SqliteStore;
use auth_core::token::SigningKey;
use auth_core::{Auth, Clock, LegacyTokens, SystemClock};
use auth_tests::{Client, Node, python, serve};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::forge::SECRET;

const NODE: &str = env!("CARGO_BIN_EXE_node");
const PASSWORD: &str = "correct staple in a battery";
const EMAIL: &str = "ada@example.com";

/// Each library's tokens with this `sub`; `None` without Python.
fn made_for(sub: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokens/legacy");
    let mut python = python::command(&folder.join("requirements.txt"))?;
    python.arg(folder.join("fastapi.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().unwrap();
    let case = json!({ "sub": sub, "secret": SECRET });
    child.stdin.take().unwrap().write_all(case.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Asserts the status of the access tokens, and that the other tokens are refused.
async fn check(client: &Client, path: &str, tokens: &Value, access: u16) {
    let libraries = tokens.as_object().unwrap();
    assert_eq!(libraries.len(), 2);
    for (library, tokens) in libraries {
        for (kind, status) in [("access", access), ("refresh", 401), ("expired", 401)] {
            let answer = client.get_as(tokens[kind].as_str().unwrap(), path).await;
            assert_eq!(answer.status, status, "{library}, {kind}: {}", answer.text);
        }
    }
}

fn tomorrow() -> String {
    SystemClock.now().after(Duration::from_hours(24)).to_string()
}

#[tokio::test]
async fn the_quickstart_accepts_fastapis_tokens_only_with_its_settings() {
    let until = tomorrow();
    let settings = [("AUTH_LEGACY_SECRET", SECRET), ("AUTH_LEGACY_UNTIL", &until), ("AUTH_LEGACY_SUBJECT", "login")];
    let (with, without) = (Node::start_with(NODE, &settings), Node::start(NODE));
    let by_id = Node::start_with(NODE, &settings[..2]);
    let over = [settings[0], ("AUTH_LEGACY_UNTIL", "2026-01-01"), settings[2]];
    let over = Node::start_with(NODE, &over);
    for node in [&with, &without, &by_id, &over] {
        node.client().register(EMAIL, PASSWORD).await;
    }
    // A token is not older than its account.
    let Some(tokens) = made_for(EMAIL) else { return };
    for (node, access) in [(&with, 200), (&without, 401), (&by_id, 401), (&over, 401)] {
        check(&node.client(), "/users/me", &tokens, access).await;
    }
    let log = |node: &Node| std::fs::read_to_string(node.path("log")).unwrap();
    let warns = |node: &Node, words: &str| log(node).lines().any(|line| line.contains("WARN") && line.contains(words));
    assert!(warns(&with, &format!("tokens of a former service are accepted until {until}")), "{}", log(&with));
    assert!(
        warns(&over, "tokens of a former service were accepted until 2026-01-01T00:00:00Z; remove the setting"),
        "{}",
        log(&over)
    );
    assert!(!log(&without).contains("tokens of a former service"));
    for node in [&with, &without, &by_id, &over] {
        assert!(!log(node).contains(SECRET), "the secret is in the log");
    }
    // A new session is like any other, and its end does not end the legacy tokens.
    let login = with.client().login(EMAIL, PASSWORD).await;
    assert_eq!(with.client().get_as(&login.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn an_existing_user_table_accepts_tokens_with_the_numeric_user_id() {
    let Some(tokens) = made_for("1") else { return };
    let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect_with(options).await.unwrap();
    let table = "CREATE TABLE users (
                     id INTEGER NOT NULL PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, hashed_password VARCHAR NOT NULL,
                     is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL);
                 INSERT INTO users VALUES (1, 'ada@example.com', '', true, true)";
    sqlx::raw_sql(table).execute(&pool).await.unwrap();
    let legacy = LegacyTokens::new(&SECRET.to_owned().into(), SystemClock.now().after(Duration::from_hours(24)));
    let own = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let builder = Auth::builder(own, "https://api.example.com", "existing-users").legacy_tokens(legacy.unwrap());
    let store = SqliteStore::with_pool(pool).await.unwrap();
    let app = existing_users::app(store, builder, LogDelivery).await.unwrap();
    let client = Client::new(&serve(app).await);
    check(&client, "/admin", &tokens, 200).await;
}
