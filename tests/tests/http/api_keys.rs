//! API keys: created, used, rotated, revoked.

use auth_tests::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{INSUFFICIENT, INVALID_TOKEN, NO_CREDENTIAL, PASSWORD, node};

const KEY_INVALID: &str = r#"ApiKey realm="quickstart""#;

async fn report(client: &Client, key: &str) -> Answer {
    client.send(client.request(Method::GET, "/reports").header("x-api-key", key)).await
}

async fn create(client: &Client, token: &str, body: &Value) -> Answer {
    client.json_as(token, Method::POST, "/auth/api-keys", body).await
}

async fn reports_key(client: &Client, token: &str) -> (String, String) {
    let answer = create(client, token, &json!({ "name": "reports", "scopes": ["reports:read"] })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let body = answer.json();
    let path = format!("/auth/api-keys/{}", body["id"].as_str().unwrap());
    (path, body["key"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_key_grants_its_scope() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, key) = reports_key(&client, &admin.access).await;
    assert_eq!(report(&client, &key).await.status, 200);
    assert_eq!(client.get_as(&key, "/reports").await.status, 200);
    let other = create(&client, &admin.access, &json!({ "name": "other", "scopes": ["reports:write"] })).await;
    let answer = report(&client, other.json()["key"].as_str().unwrap()).await;
    answer.is_challenge(403, &format!(r#"{INSUFFICIENT}, scope="reports:read""#));
}

#[tokio::test]
async fn a_key_is_not_an_access_token_and_an_access_token_is_not_a_key() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, key) = reports_key(&client, &admin.access).await;
    client.get_as(&key, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    let answer = client.get_as(&admin.access, "/reports").await;
    assert_eq!(answer.is_problem(401).challenges(), [INVALID_TOKEN, KEY_INVALID]);
    assert_eq!(client.get("/reports").await.is_problem(401).challenges(), [NO_CREDENTIAL, KEY_INVALID]);
}

#[tokio::test]
async fn every_invalid_key_is_401() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, key) = reports_key(&client, &admin.access).await;
    let cut = &key[..key.len() - 1];
    let mut flipped = key.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let first = report(&client, cut).await;
    for wrong in [cut, &flipped, "ak_", "ak__", "ak_a_b", "nothing", &"a".repeat(20_000)] {
        let answer = report(&client, wrong).await;
        assert_eq!(answer.is_problem(401).challenges(), [INVALID_TOKEN, KEY_INVALID]);
        assert_eq!(answer.text, first.text);
    }
}

#[tokio::test]
async fn the_old_secret_of_a_rotated_key_stays_valid_for_an_overlap() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (path, old) = reports_key(&client, &admin.access).await;
    let rotated = client.call_as(&admin.access, Method::POST, &format!("{path}/rotate")).await;
    assert_eq!(rotated.status, 200);
    let new = rotated.json()["key"].as_str().unwrap().to_owned();
    for key in [&old, &new] {
        assert_eq!(report(&client, key).await.status, 200);
    }
    client.call_as(&admin.access, Method::POST, &format!("{path}/rotate")).await;
    report(&client, &old).await.is_problem(401);
    assert_eq!(report(&client, &new).await.status, 200);
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_request_on() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (path, key) = reports_key(&client, &admin.access).await;
    assert_eq!(report(&client, &key).await.status, 200);
    assert_eq!(client.call_as(&admin.access, Method::DELETE, &path).await.status, 204);
    report(&client, &key).await.is_problem(401);
    client.call_as(&admin.access, Method::DELETE, &path).await.is_problem(404);
    client.call_as(&admin.access, Method::POST, &format!("{path}/rotate")).await.is_problem(404);
}

#[tokio::test]
async fn a_key_is_deleted_with_its_owner() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    let user = format!("/users/{id}");
    client.json_as(&admin.access, Method::PATCH, &user, &json!({ "role": "admin" })).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let (_, key) = reports_key(&client, &ada.access).await;
    assert_eq!(report(&client, &key).await.status, 200);
    client.json_as(&admin.access, Method::PATCH, &user, &json!({ "is_active": false })).await;
    report(&client, &key).await.is_problem(401);
    client.json_as(&admin.access, Method::PATCH, &user, &json!({ "is_active": true })).await;
    assert_eq!(report(&client, &key).await.status, 200);
    client.call_as(&admin.access, Method::DELETE, &user).await;
    report(&client, &key).await.is_problem(401);
}

#[tokio::test]
async fn keys_are_listed_without_secrets_to_admins_only() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, key) = reports_key(&client, &admin.access).await;
    report(&client, &key).await;
    let listed = client.get_as(&admin.access, "/auth/api-keys").await;
    // `ak_ID_SECRET`: the secret may hold underscores itself.
    let secret = key.splitn(3, '_').last().unwrap();
    assert!(!listed.text.contains(secret), "{}", listed.text);
    let listed = listed.json();
    assert_eq!((&listed[0]["name"], &listed[0]["scopes"]), (&json!("reports"), &json!(["reports:read"])));
    assert!(listed[0]["last_used_at"].is_string());

    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    client.get_as(&ada.access, "/auth/api-keys").await.is_challenge(403, INSUFFICIENT);
    create(&client, &ada.access, &json!({ "name": "x", "scopes": [] })).await.is_challenge(403, INSUFFICIENT);
}

#[tokio::test]
async fn an_invalid_request_for_a_key_is_422() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    for body in [
        json!({ "name": "", "scopes": [] }),
        json!({ "name": "x", "scopes": ["two scopes"] }),
        json!({ "name": "x", "scopes": ["\""] }),
        json!({ "name": "x", "scopes": [""] }),
        json!({ "name": "x", "scopes": [], "expires_in": 0 }),
        json!({ "name": "x", "scopes": [], "expires_in": -1 }),
        json!({ "name": "x", "scopes": [], "expires_in": 11_u64 * 366 * 24 * 3600 }),
        json!({ "name": "x", "scopes": ["s".repeat(129)] }),
        json!({ "name": "x", "scopes": vec!["s"; 65] }),
        json!({ "name": "x".repeat(101), "scopes": [] }),
        json!({ "name": "x\ny", "scopes": [] }),
        json!({ "scopes": [] }),
    ] {
        create(&client, &admin.access, &body).await.is_problem(422);
    }
    assert_eq!(client.get_as(&admin.access, "/auth/api-keys").await.json(), json!([]));
}

#[tokio::test]
async fn a_key_stops_with_the_role_that_made_it() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    let user = format!("/users/{id}");
    let give = async |role: &str| {
        let answer = client.json_as(&admin.access, Method::PATCH, &user, &json!({ "role": role })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    give("admin").await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let (_, key) = reports_key(&client, &ada.access).await;
    let (_, of_admin) = reports_key(&client, &admin.access).await;
    assert_eq!(report(&client, &key).await.status, 200);
    for role in ["user", "moderator"] {
        give(role).await;
        let answer = report(&client, &key).await;
        assert_eq!(answer.is_problem(401).challenges(), [INVALID_TOKEN, KEY_INVALID], "{role}");
    }
    assert_eq!(report(&client, &of_admin).await.status, 200);
    give("admin").await;
    assert_eq!(report(&client, &key).await.status, 200);
}
