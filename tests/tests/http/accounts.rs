//! Users and their permissions; a change by an administrator applies from the next request on.

use auth_tests::{Client, Tokens};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{INSUFFICIENT, INVALID_TOKEN, NO_CREDENTIAL, OTHER_PASSWORD, PASSWORD, node};

async fn user(client: &Client, email: &str) -> (String, Tokens) {
    let id = client.register(email, PASSWORD).await;
    (format!("/users/{id}"), client.login(email, PASSWORD).await)
}

async fn with_role(client: &Client, admin: &Tokens, email: &str, role: &str) -> (String, Tokens) {
    let (path, tokens) = user(client, email).await;
    let answer = client.json_as(&admin.access, Method::PATCH, &path, &json!({ "role": role })).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["role"]), (200, &json!(role)));
    (path, tokens)
}

#[tokio::test]
async fn guarded_routes_ask_for_credentials() {
    let node = node();
    let client = node.client();
    for (method, path) in [
        (Method::GET, "/users/me"),
        (Method::GET, "/users"),
        (Method::PATCH, "/users/1"),
        (Method::DELETE, "/users/1"),
        (Method::POST, "/auth/logout"),
        (Method::POST, "/auth/logout-all"),
        (Method::POST, "/auth/password"),
        (Method::GET, "/auth/sessions"),
        (Method::DELETE, "/auth/sessions/1"),
        (Method::GET, "/auth/api-keys"),
        (Method::POST, "/auth/api-keys"),
        (Method::POST, "/auth/api-keys/1/rotate"),
        (Method::DELETE, "/auth/api-keys/1"),
    ] {
        let answer = client.send(client.request(method, path)).await;
        answer.is_challenge(401, NO_CREDENTIAL);
    }
}

#[tokio::test]
async fn me_never_shows_the_hash() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let me = client.get_as(&admin.access, "/users/me").await.json();
    let mut members: Vec<_> = me.as_object().unwrap().keys().cloned().collect();
    members.sort_unstable();
    assert_eq!(members, ["email", "id", "is_active", "role"]);
}

#[tokio::test]
async fn users_are_listed_to_moderators_and_above() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, ada) = user(&client, "ada@example.com").await;
    let (_, moderator) = with_role(&client, &admin, "mod@example.com", "moderator").await;
    client.get_as(&ada.access, "/users").await.is_challenge(403, INSUFFICIENT);
    for tokens in [&admin, &moderator] {
        let listed = client.get_as(&tokens.access, "/users").await;
        assert_eq!((listed.status.as_u16(), listed.json().as_array().unwrap().len()), (200, 3));
    }
    let first = client.get_as(&admin.access, "/users?limit=1").await.json();
    let after = format!("/users?limit=5&after={}", first[0]["id"].as_str().unwrap());
    assert_eq!(client.get_as(&admin.access, &after).await.json().as_array().unwrap().len(), 2);
    client.get_as(&admin.access, "/users?limit=many").await.is_problem(400);
}

#[tokio::test]
async fn users_change_only_their_own_address() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (ada_path, ada) = user(&client, "ada@example.com").await;
    let (bob_path, _) = user(&client, "bob@example.com").await;
    let address = json!({ "email": "Countess@Example.com" });
    let changed = client.json_as(&ada.access, Method::PATCH, &ada_path, &address).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["email"]), (200, &json!("countess@example.com")));
    assert_eq!(client.get_as(&ada.access, "/users/me").await.json()["email"], "countess@example.com");
    client.json_as(&ada.access, Method::PATCH, &bob_path, &address).await.is_challenge(403, INSUFFICIENT);
    client.json_as(&ada.access, Method::PATCH, &ada_path, &json!({ "email": "bob@example.com" })).await.is_problem(409);
    client.json_as(&ada.access, Method::PATCH, &ada_path, &json!({ "email": "bob" })).await.is_problem(422);
    assert_eq!(client.json_as(&admin.access, Method::PATCH, &bob_path, &json!({})).await.status, 200);
    client.json_as(&admin.access, Method::PATCH, "/users/unknown", &json!({})).await.is_problem(404);
}

#[tokio::test]
async fn a_forbidden_caller_gets_no_error_about_the_body() {
    let node = node();
    let client = node.client();
    let (_, ada) = user(&client, "ada@example.com").await;
    let broken = client.request(Method::PATCH, "/users/unknown").bearer_auth(&ada.access);
    let broken = broken.header("content-type", "application/json").body("{");
    client.send(broken).await.is_challenge(403, INSUFFICIENT);
}

#[tokio::test]
async fn only_admins_change_roles_and_activity() {
    let node = node();
    let client = node.client();
    let (path, ada) = user(&client, "ada@example.com").await;
    for patch in [json!({ "role": "admin" }), json!({ "is_active": true }), json!({ "role": "user" })] {
        client.json_as(&ada.access, Method::PATCH, &path, &patch).await.is_challenge(403, INSUFFICIENT);
    }
    let admin = client.admin().await;
    for patch in [json!({ "role": "Root" }), json!({ "roles": ["admin"] }), json!({ "is_active": "no" })] {
        client.json_as(&admin.access, Method::PATCH, &path, &patch).await.is_problem(422);
    }
    assert_eq!(client.get_as(&ada.access, "/users/me").await.json()["role"], "user");
}

#[tokio::test]
async fn a_role_change_applies_from_the_next_request_on() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (path, ada) = with_role(&client, &admin, "ada@example.com", "moderator").await;
    assert_eq!(client.get_as(&ada.access, "/users").await.status, 200);
    client.json_as(&admin.access, Method::PATCH, &path, &json!({ "role": "user" })).await;
    client.get_as(&ada.access, "/users").await.is_challenge(403, INSUFFICIENT);
    assert_eq!(client.get_as(&ada.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_disabled_user_is_refused_at_once_and_accepted_when_enabled() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (path, ada) = user(&client, "ada@example.com").await;
    assert_eq!(client.get_as(&ada.access, "/users/me").await.status, 200);
    client.json_as(&admin.access, Method::PATCH, &path, &json!({ "is_active": false })).await;
    client.get_as(&ada.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&ada.refresh).await.is_problem(401);
    client.json_as(&admin.access, Method::PATCH, &path, &json!({ "is_active": true })).await;
    // What began before does not come back.
    client.get_as(&ada.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&ada.refresh).await.is_problem(401);
    let again = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(client.get_as(&again.access, "/auth/sessions").await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_users_tokens_are_refused() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, moderator) = with_role(&client, &admin, "mod@example.com", "moderator").await;
    let (path, ada) = user(&client, "ada@example.com").await;
    client.call_as(&ada.access, Method::DELETE, &path).await.is_challenge(403, INSUFFICIENT);
    assert_eq!(client.call_as(&moderator.access, Method::DELETE, &path).await.status, 204);
    client.get_as(&ada.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&ada.refresh).await.is_problem(401);
    client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
    client.call_as(&moderator.access, Method::DELETE, &path).await.is_problem(404);
    client.register("ada@example.com", OTHER_PASSWORD).await;
    client.get_as(&ada.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
}

#[tokio::test]
async fn a_user_cannot_remove_a_user_of_a_higher_role() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (_, moderator) = with_role(&client, &admin, "mod@example.com", "moderator").await;
    let id = client.get_as(&admin.access, "/users/me").await.json()["id"].as_str().unwrap().to_owned();
    let answer = client.call_as(&moderator.access, Method::DELETE, &format!("/users/{id}")).await;
    answer.is_challenge(403, INSUFFICIENT);
    assert_eq!(client.get_as(&admin.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_new_address_keeps_the_sessions_of_its_user() {
    let node = node();
    let client = node.client();
    let (path, ada) = user(&client, "ada@example.com").await;
    assert_eq!(client.get_as(&ada.access, "/users/me").await.status, 200);
    for address in ["countess@example.com", "lovelace@example.com"] {
        client.json_as(&ada.access, Method::PATCH, &path, &json!({ "email": address })).await;
        assert_eq!(client.get_as(&ada.access, "/users/me").await.json()["email"], address);
    }
    let next = client.try_refresh(&ada.refresh).await.tokens();
    assert_eq!(client.get_as(&next.access, "/users/me").await.status, 200);
    client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
}

#[tokio::test]
async fn the_last_active_admin_cannot_be_demoted_disabled_or_removed() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let path = format!("/users/{}", client.get_as(&admin.access, "/users/me").await.json()["id"].as_str().unwrap());
    let take = [json!({ "role": "user" }), json!({ "is_active": false })];
    for patch in &take {
        client.json_as(&admin.access, Method::PATCH, &path, patch).await.is_problem(409);
    }
    client.call_as(&admin.access, Method::DELETE, &path).await.is_problem(409);
    assert_eq!(client.get_as(&admin.access, "/policy").await.status, 200);

    // An inactive admin does not count, an active one does.
    let (of_eve, _) = with_role(&client, &admin, "eve@example.com", "admin").await;
    client.json_as(&admin.access, Method::PATCH, &of_eve, &json!({ "is_active": false })).await;
    client.call_as(&admin.access, Method::DELETE, &path).await.is_problem(409);
    client.json_as(&admin.access, Method::PATCH, &of_eve, &json!({ "is_active": true })).await;
    let eve = client.login("eve@example.com", PASSWORD).await;
    assert_eq!(client.call_as(&admin.access, Method::DELETE, &path).await.status, 204);
    client.call_as(&eve.access, Method::DELETE, &of_eve).await.is_problem(409);
}

/// Sends the head of a request, and its body only after `meanwhile`: `100 Continue` says that the guard has let the
/// request pass and that the handler waits for the body.
async fn with_late_body(
    client: &Client,
    token: &str,
    (method, path, body): (&str, &str, &Value),
    meanwhile: impl AsyncFnOnce(),
) -> u16 {
    let address = client.base().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = body.to_string();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&go_on));
    meanwhile().await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_caller_who_loses_a_right_while_the_body_arrives_changes_nothing() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let (bob, _) = user(&client, "bob@example.com").await;
    let promote = json!({ "role": "admin" });
    let key = json!({ "name": "late", "scopes": ["reports:read"] });
    let requests = [("PATCH", bob.as_str(), &promote), ("POST", "/auth/api-keys", &key)];
    for (n, request) in requests.into_iter().enumerate() {
        for (what, take) in [("role", json!({ "role": "user" })), ("state", json!({ "is_active": false }))] {
            let (of_eve, eve) = with_role(&client, &admin, &format!("{what}{n}@example.com"), "admin").await;
            let status = with_late_body(&client, &eve.access, request, async || {
                assert_eq!(client.json_as(&admin.access, Method::PATCH, &of_eve, &take).await.status, 200);
            });
            assert_eq!(status.await, 401, "{request:?} after the {what} was changed");
        }
        let (_, eve) = with_role(&client, &admin, &format!("session{n}@example.com"), "admin").await;
        let status = with_late_body(&client, &eve.access, request, async || {
            assert_eq!(client.call_as(&eve.access, Method::POST, "/auth/logout").await.status, 204);
        });
        assert_eq!(status.await, 401, "{request:?} after the session ended");
    }
    let of_bob = client.json_as(&admin.access, Method::PATCH, &bob, &json!({})).await.json();
    assert_eq!(of_bob["role"], "user");
    assert_eq!(client.get_as(&admin.access, "/auth/api-keys").await.json(), json!([]));
    // Without a change meanwhile the same requests succeed.
    for (request, done) in requests.into_iter().zip([200, 201]) {
        assert_eq!(with_late_body(&client, &admin.access, request, async || {}).await, done);
    }
}

#[tokio::test]
async fn one_address_in_two_spellings_is_one_account() {
    let node = node();
    let client = node.client();
    let register = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        client.send(client.request(Method::POST, "/auth/register").json(&body)).await
    };
    // NFC and NFD, letter case, U-label and A-label.
    for (first, same) in
        [("Zo\u{eb}@example.com", "zoe\u{308}@EXAMPLE.com"), ("ada@B\u{fc}cher.example", "ada@xn--bcher-kva.example")]
    {
        let answer = register(first).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        register(same).await.is_problem(409);
        assert_eq!(client.try_login(same, PASSWORD).await.status, 200, "{same}");
    }
    for hidden in [
        "ad\u{200b}a@example.com",
        "\u{202e}ada@example.com",
        "ada\u{2066}@example.com",
        "ada@exam\u{ad}ple.com",
        "\u{feff}ada@example.com",
        "ad\u{3164}a@example.com",
        "ada\u{fe0f}@example.com",
        "ad\u{a0}a@example.com",
        "ada\u{e000}@example.com",
        "ada@example.com.",
        "ada@xn--a.example",
        "ada@-example.com",
    ] {
        register(hidden).await.is_problem(422);
    }
}
