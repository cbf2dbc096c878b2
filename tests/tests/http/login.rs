//! Registration, login and refresh.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD};
use reqwest::Method;
use serde_json::json;

use crate::{INVALID_TOKEN, NO_CREDENTIAL, PASSWORD, node};

#[tokio::test]
async fn health_is_public_and_says_ok() {
    let node = node();
    let answer = node.client().get("/health").await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "status": "ok" })));
}

#[tokio::test]
async fn a_registered_user_can_log_in_and_has_the_user_role() {
    let (node, email) = (node(), "ada@example.com");
    let client = node.client();
    let body = json!({ "email": "Ada@Example.com", "password": PASSWORD });
    let registered = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
    assert_eq!(registered.status, 201);
    let user = registered.json();
    assert_eq!(user, json!({ "id": user["id"], "email": email, "role": "user", "is_active": true }));

    let login = client.try_login("ADA@example.com", PASSWORD).await;
    assert_eq!(login.status, 200);
    let body = login.json();
    assert_eq!((&body["token_type"], &body["expires_in"], &body["scope"]), (&json!("bearer"), &json!(900), &json!("")));
    let me = client.get_as(&login.tokens().access, "/users/me").await;
    assert_eq!((me.status.as_u16(), me.json()), (200, user));
}

#[tokio::test]
async fn token_responses_have_cache_control_no_store() {
    let node = node();
    let client = node.client();
    let login = client.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let refresh = client.try_refresh(&login.tokens().refresh).await;
    for answer in [login, refresh] {
        assert_eq!(answer.status, 200);
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    }
}

#[tokio::test]
async fn an_address_registers_once_whatever_its_case() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let body = json!({ "email": "ADA@EXAMPLE.COM", "password": PASSWORD });
    let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
    answer.is_problem(409);
}

#[tokio::test]
async fn weak_passwords_and_bad_addresses_do_not_register() {
    let node = node();
    let client = node.client();
    for (email, password) in [
        ("ada@example.com", "fourteen chars"),
        ("ada@example.com", "passwordpassword"),
        ("ada@example.com", "abcdefghijklmnop"),
        ("ada@example.com", &"correct horse ".repeat(80)),
        ("ada@example.com", "aaaaaaaaaaaaaaaaaaaa"),
        ("ada.lovelace.of.ockham@example.com", "ada.lovelace.of.ockham"),
        ("ada", PASSWORD),
        ("ada@localhost", PASSWORD),
        ("", PASSWORD),
        ("a\u{0}da@example.com", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
        answer.is_problem(422);
        assert!(!answer.text.contains(password), "{}", answer.text);
    }
    // Fifteen code points are enough, in any script.
    client.register("ada@example.com", "пятнадцатьбукв!").await;
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_inactive_user_get_the_same_answer() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    let wrong = client.try_login("ada@example.com", "not the password of ada").await;
    let unknown = client.try_login("unknown@example.com", PASSWORD).await;
    let patch = json!({ "is_active": false });
    assert_eq!(client.json_as(&admin.access, Method::PATCH, &format!("/users/{id}"), &patch).await.status, 200);
    let inactive = client.try_login("ada@example.com", PASSWORD).await;
    for answer in [&wrong, &unknown, &inactive] {
        answer.is_challenge(401, NO_CREDENTIAL);
        assert_eq!(answer.json()["detail"], "Incorrect email or password");
        assert_eq!(answer.text, wrong.text);
    }
}

#[tokio::test]
async fn a_refresh_takes_form_and_json_and_returns_a_successor() {
    let node = node();
    let client = node.client();
    let first = client.admin().await;
    let second = client.try_refresh(&first.refresh).await.tokens();
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(client.get_as(&second.access, "/users/me").await.status, 200);
    let body = json!({ "refresh_token": second.refresh });
    let third = client.send(client.request(Method::POST, "/auth/refresh").json(&body)).await.tokens();
    assert_ne!(second.refresh, third.refresh);
}

#[tokio::test]
async fn an_invalid_refresh_token_is_401() {
    let node = node();
    let client = node.client();
    let tokens = client.admin().await;
    let cut = &tokens.refresh[..tokens.refresh.len() - 1];
    let forged = format!("rt_{}", "A".repeat(tokens.refresh.len() - 3));
    for text in ["", "rt_", cut, &forged, &tokens.access, "ak_1_2", "\u{0}"] {
        let answer = client.try_refresh(text).await;
        answer.is_challenge(401, INVALID_TOKEN);
    }
}

#[tokio::test]
async fn unknown_scopes_are_not_granted_at_login() {
    let node = node();
    let client = node.client();
    let form = [("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD), ("scope", "everything reports:read")];
    let answer = client.post_form("/auth/login", &form).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["scope"]), (200, &json!("")));
}

#[tokio::test]
async fn a_password_logs_in_however_its_accents_are_composed() {
    let node = node();
    let client = node.client();
    let (composed, decomposed) = ("caf\u{e9} au lait, s'il vous plait", "cafe\u{301} au lait, s'il vous plait");
    client.register("ada@example.com", decomposed).await;
    client.login("ada@example.com", composed).await;
    let ada = client.login("ada@example.com", decomposed).await;
    let change = json!({ "current_password": composed, "new_password": composed.to_uppercase() });
    client.json_as(&ada.access, Method::POST, "/auth/password", &change).await.tokens();
    client.login("ada@example.com", &decomposed.to_uppercase()).await;
}
