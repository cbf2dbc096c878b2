//! No secret, token or password is in the database file, the log or an error's body.

use std::fs;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::event::{AuditSampling, Event, EventSink};
use auth_core::prelude::*;
use auth_core::store::SqliteStore;
use auth_core::{Context, NewApiKey, Registration, testing};
use auth_tests::{ADMIN_PASSWORD, AUTH_SECRET, Client};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use reqwest::Method;
use serde_json::json;

use crate::story::story;
use crate::{OTHER_PASSWORD, PASSWORD, node};

#[tokio::test]
async fn no_secret_is_in_the_database_the_log_or_an_error() {
    let node = node();
    let client = node.client();
    let mut bodies = Vec::new();
    let mut secrets: Vec<String> = [ADMIN_PASSWORD, PASSWORD, OTHER_PASSWORD, AUTH_SECRET].map(str::to_owned).into();

    let admin = client.admin().await;
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let next = client.try_refresh(&ada.refresh).await.tokens();
    let key = json!({ "name": "reports", "scopes": ["reports:read"] });
    let key = client.json_as(&admin.access, Method::POST, "/auth/api-keys", &key).await.json();
    let key = key["key"].as_str().unwrap().to_owned();
    client.get_as(&key, "/reports").await;

    // Sends every secret where it does not belong, and truncated.
    for secret in [&ada.access, &ada.refresh, &next.access, &next.refresh, &key, &admin.access] {
        bodies.push(client.get_as(secret, "/users").await.text);
        bodies.push(client.get_as(&secret[..secret.len() - 2], "/reports").await.text);
        bodies.push(client.try_refresh(&secret[..secret.len() - 2]).await.text);
        bodies.push(client.try_login(secret, secret).await.text);
        bodies.push(client.get(&format!("/users/{secret}")).await.text);
        secrets.push(secret.clone());
        secrets.push(secret[secret.len() - 24..].to_owned());
    }
    bodies.push(client.try_login("ada@example.com", OTHER_PASSWORD).await.text);
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    bodies.push(client.json_as(&next.access, Method::POST, "/auth/password", &change).await.text);

    // The answers of successful logins and refreshes contain tokens; all others must not.
    let bodies = bodies.into_iter().filter(|body| !body.contains("access_token")).collect::<String>();
    let mut places = vec![("an error", bodies.into_bytes())];
    for name in ["log", "quickstart.db", "quickstart.db-wal"] {
        places.push((name, fs::read(node.path(name)).unwrap()));
    }
    for (place, bytes) in &places {
        assert!(!bytes.is_empty(), "{place} is empty");
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret:?} is in {place}");
        }
    }
    // Values that are not secret are found, so the search works.
    assert!(places.iter().any(|(_, bytes)| bytes.windows(15).any(|window| window == b"ada@example.com")));
}

/// The search in a service in full use: one-time tokens, secrets and codes of second factors, keys of the configuration.
#[tokio::test]
async fn no_credential_of_any_kind_is_stored_logged_or_answered() {
    let story = story().await;
    let client = story.node.client();
    let request = client.request(Method::GET, "/auth/events").bearer_auth(&story.admin.access);
    let events = client.send(request.header("accept", "application/x-ndjson")).await.text;
    let mut places = vec![("an answer", story.bodies.concat()), ("an event", events)];
    for name in ["quickstart.db", "quickstart.db-wal"] {
        places.push((name, String::from_utf8_lossy(&fs::read(story.node.path(name)).unwrap()).into_owned()));
    }
    // The delivery for development prints messages with their tokens, and nothing else may.
    let log = fs::read_to_string(story.node.path("log")).unwrap();
    let (messages, log): (Vec<_>, Vec<_>) = log.lines().partition(|line| {
        ["password_reset", "email_verification", "magic_link", "login_code"]
            .iter()
            .any(|kind| line.contains(&format!("message {kind} to ")))
    });
    assert!(messages.len() >= 4, "{messages:?}");
    places.push(("the log", log.join("\n")));
    for (place, text) in &places {
        assert!(!text.is_empty(), "{place} is empty");
        for secret in &story.secrets {
            // The last part of a token is random; its prefix and the header of a JWT are not.
            let end = &secret[secret.len().saturating_sub(24)..];
            assert!(!text.contains(end), "{secret:?} is in {place}");
        }
    }
    assert!(story.secrets.len() > 40, "{}", story.secrets.len());
    let found = |place: &str, text: &str| places.iter().any(|(name, all)| *name == place && all.contains(text));
    assert!(found("quickstart.db", "$argon2id$") || found("quickstart.db-wal", "$argon2id$"), "the search works");
    assert!(found("an event", "login_failed"), "the search works");
}

/// Keeps the names of metrics with their labels, and events.
#[derive(Clone, Default)]
struct Emitted(Arc<Mutex<String>>);

impl Emitted {
    fn add(&self, text: &str) {
        self.0.lock().unwrap().push_str(text);
    }
}

impl Recorder for Emitted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.add(&key.to_string());
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.add(&key.to_string());
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.add(&key.to_string());
        Histogram::noop()
    }
}

#[async_trait]
impl EventSink for Emitted {
    async fn record(&self, event: Event) {
        self.add(&format!("{event:?} {}", serde_json::to_string(&event).unwrap()));
    }
}

#[api_key]
#[rate_limit("9/h", by = key)]
async fn by_key() {}

/// The search for API keys that are derived, rotated and revoked, in metrics as well.
#[tokio::test]
async fn no_derived_key_is_stored_logged_answered_or_in_a_metric() {
    let (emitted, folder) = (Emitted::default(), tempfile::tempdir().unwrap());
    let _installed = metrics::set_default_local_recorder(&emitted);
    let store = SqliteStore::open(&format!("sqlite://{}", folder.path().join("keys.db").display())).await.unwrap();
    let sampling = AuditSampling::new().uses(1);
    let auth = testing::in_memory().store(store).events(emitted.clone()).audit_sampling(sampling).build().unwrap();
    let system = Context::system("test");
    let (ada, _) = auth.register(&system, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let parent = auth.create_api_key(&system, &ada, NewApiKey::new("parent")).await.unwrap();
    let derived = auth.derive_api_key_of(&system, &ada, &parent.record.id, NewApiKey::new("derived")).await.unwrap();
    let rotated = auth.rotate_api_key(&system, &derived.record.id).await.unwrap();
    let app = GuardedRouter::new().route("/", get(by_key)).merge(auth.routes());
    let client = Client::new(&auth_tests::serve(app.with_state(auth.clone())).await);
    let secrets = [&parent, &derived, &rotated].map(|key| key.key.expose().to_owned());
    let mut bodies = String::new();
    for secret in &secrets {
        for _ in 0..10 {
            bodies.push_str(&client.get_as(secret, "/").await.text);
        }
        bodies.push_str(&client.get_as(&secret[..secret.len() - 2], "/").await.text);
        bodies.push_str(&client.try_login(secret, secret).await.text);
    }
    auth.revoke_api_key(&system, &derived.record.id).await.unwrap();
    bodies.push_str(&client.get_as(&secrets[2], "/").await.text);
    auth.settled().await;

    let mut places = vec![
        ("an answer", bodies.into_bytes()),
        ("a metric or an event", emitted.0.lock().unwrap().clone().into_bytes()),
    ];
    for file in fs::read_dir(folder.path()).unwrap() {
        places.push(("the database", fs::read(file.unwrap().path()).unwrap()));
    }
    let found = |text: &str| -> Vec<&str> {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        places.iter().filter(|(_, bytes)| has(bytes)).map(|(place, _)| *place).collect()
    };
    for secret in &secrets {
        let end = &secret[secret.len() - 24..];
        assert_eq!(found(end), [""; 0], "{secret:?}");
    }
    for text in ["auth_rate_limited_total", "access_granted", "api_key_created", "ada@example.com"] {
        assert!(!found(text).is_empty(), "the search works: {text}");
    }
}
