//! No secret, token or password is in the database file, the log or an error's body.

use std::fs;

use auth_tests::{ADMIN_PASSWORD, AUTH_SECRET};
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
