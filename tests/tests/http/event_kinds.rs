//! Every kind of event arrives in the audit trail.

use auth_tests::Answer;
use reqwest::Method;

use crate::story::story;
use crate::{NO_CREDENTIAL, PASSWORD, node};

/// The kind, its outcome, and whether it has a subject and a session.
const KINDS: &[(&str, &str, bool, bool)] = &[
    ("user_registered", "success", true, false),
    ("login_succeeded", "success", true, true),
    ("login_failed", "refused", true, false),
    ("token_refreshed", "success", true, true),
    ("refresh_replayed", "refused", true, true),
    ("session_ended", "success", true, true),
    ("sessions_ended", "success", true, false),
    ("password_changed", "success", true, false),
    ("one_time_token_issued", "success", true, false),
    ("one_time_token_used", "success", true, false),
    ("second_factor_enrolled", "success", true, false),
    ("second_factor_confirmed", "success", true, false),
    ("second_factor_used", "success", true, false),
    ("second_factor_failed", "refused", true, false),
    ("second_factor_removed", "success", true, false),
    ("recovery_code_used", "success", true, false),
    ("stepped_up", "success", true, true),
    ("api_key_created", "success", true, false),
    ("api_key_rotated", "success", true, false),
    ("api_key_revoked", "success", true, false),
    ("account_updated", "success", true, false),
    ("account_removed", "success", true, false),
    ("access_granted", "success", true, false),
    ("access_refused", "refused", false, false),
    ("credential_refused", "refused", false, false),
    ("client_refused", "refused", false, false),
    ("rate_limited", "refused", false, false),
];

#[tokio::test]
async fn every_kind_of_event_arrives_with_its_fields() {
    let story = story().await;
    let client = story.node.client();
    // The rows of refusals are written in the background; this one comes after them in the queue.
    client.get_as("the last one", "/users/me").await.is_problem(401);
    let trail: Answer = loop {
        let request = client.request(Method::GET, "/auth/events").bearer_auth(&story.admin.access);
        let trail = client.send(request.header("accept", "application/x-ndjson")).await;
        assert_eq!(trail.status, 200, "{}", trail.text);
        if trail.text.contains("\"kind\":\"rate_limited\"") && trail.text.contains("\"kind\":\"client_refused\"") {
            break trail;
        }
    };
    let events: Vec<serde_json::Value> = trail.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (kind, outcome, has_subject, has_session) in KINDS {
        let event = events.iter().find(|event| event["kind"] == *kind);
        let event = event.unwrap_or_else(|| panic!("no event {kind} in\n{}", trail.text));
        assert_eq!(event["outcome"], *outcome, "{event}");
        for field in ["id", "at"] {
            assert!(event[field].is_string(), "{field} of {event}");
        }
        assert!(event["actor"]["type"].is_string(), "{event}");
        // Messages and their tokens are made after the answer, in the context of the request all the same.
        assert_eq!(event["address"], "127.0.0.1", "{event}");
        assert!(!has_subject || event["subject"].is_string(), "{event}");
        assert!(!has_session || event["session"].is_string(), "{event}");
    }
    for actor in ["subject", "api_key"] {
        let is_use = |event: &&serde_json::Value| event["kind"] == "access_granted" && event["actor"]["type"] == actor;
        let event = events.iter().find(is_use).unwrap_or_else(|| panic!("no use by {actor} in\n{}", trail.text));
        assert!(event["actor"]["id"].is_string(), "{event}");
    }
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_is_logged_with_its_subject() {
    use sqlx::Connection as _;

    let node = node();
    let client = node.client();
    let ada = client.register("ada@example.com", PASSWORD).await;
    let url = format!("sqlite://{}", node.path("quickstart.db").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let unreadable = sqlx::query("UPDATE auth_users SET password_hash = '!' WHERE id = $1").bind(&ada);
    assert_eq!(unreadable.execute(&mut database).await.unwrap().rows_affected(), 1);
    client.try_login("ada@example.com", PASSWORD).await.is_challenge(401, NO_CREDENTIAL);
    let log = std::fs::read_to_string(node.path("log")).unwrap();
    let mut lines = log.lines().filter(|line| line.contains("password_hash_unreadable"));
    assert!(lines.next().is_some_and(|line| line.contains(&ada)), "{log}");
    assert_eq!(lines.next(), None);
}
