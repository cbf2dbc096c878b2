//! Recovery by messages: a new password, the verification of an address, a login by link.

use serde_json::{Value, json};

use crate::{OTHER_PASSWORD, PASSWORD, node};

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_reset() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let before = client.login("ada@example.com", PASSWORD).await;
    let asked = client.post_json("/auth/password/forgot", &json!({ "email": "ada@example.com" })).await;
    assert_eq!((asked.status.as_u16(), asked.text.as_str()), (202, ""));
    let token = node.message("password_reset", "ada@example.com").await;
    let body = json!({ "token": token, "new_password": OTHER_PASSWORD });
    assert_eq!(client.post_json("/auth/password/reset", &body).await.status, 204);

    // Every earlier session is dead, the old password, and the token.
    client.get_as(&before.access, "/users/me").await.is_challenge(401, crate::INVALID_TOKEN);
    client.try_refresh(&before.refresh).await.is_problem(401);
    client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
    client.post_json("/auth/password/reset", &body).await.is_problem(401);
    let after = client.login("ada@example.com", OTHER_PASSWORD).await;
    let sessions = client.get_as(&after.access, "/auth/sessions").await.json();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "the earlier session has ended: {sessions}");
}

#[tokio::test]
async fn a_magic_link_logs_in_once_and_without_a_password() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    assert_eq!(client.post_json("/auth/magic-link", &json!({ "email": "ada@example.com" })).await.status, 202);
    let body = json!({ "token": node.message("magic_link", "ada@example.com").await });
    let answer = client.post_json("/auth/magic-link/login", &body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.tokens();
    assert_eq!(claims(&tokens.access)["amr"], json!(["email"]));
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.json()["email"], "ada@example.com");
    client.post_json("/auth/magic-link/login", &body).await.is_problem(401);
    let next = client.try_refresh(&tokens.refresh).await.tokens();
    assert_eq!(claims(&next.access)["amr"], json!(["email"]));
}

#[tokio::test]
async fn a_new_address_gets_a_message_that_verifies_it() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let body = json!({ "token": node.message("email_verification", "ada@example.com").await });
    assert_eq!(client.post_json("/auth/email/verify", &body).await.status, 204);
    client.post_json("/auth/email/verify", &body).await.is_problem(401);
}

#[tokio::test]
async fn an_unknown_address_is_answered_as_a_known_one() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    for path in ["/auth/password/forgot", "/auth/magic-link"] {
        let mut answers = Vec::new();
        for email in ["ada@example.com", "bob@example.com", "no address", ""] {
            let mut answer = client.post_json(path, &json!({ "email": email })).await;
            answer.headers.remove("date");
            answers.push((answer.status, answer.headers, answer.text));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(answers[0].0, 202);
    }
}
