//! Logout, sessions and passwords: an ended session is refused from the next request on.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node};
use reqwest::Method;
use serde_json::json;

use crate::{INVALID_TOKEN, NO_CREDENTIAL, NODE, OTHER_PASSWORD, PASSWORD, node};

#[tokio::test]
async fn logout_ends_its_session_and_no_other() {
    let node = node();
    let client = node.client();
    let (one, other) = (client.admin().await, client.admin().await);
    assert_eq!(client.get_as(&one.access, "/users/me").await.status, 200);
    assert_eq!(client.call_as(&one.access, Method::POST, "/auth/logout").await.status, 204);
    client.get_as(&one.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&one.refresh).await.is_problem(401);
    assert_eq!(client.get_as(&other.access, "/users/me").await.status, 200);
    client.try_refresh(&other.refresh).await.tokens();
}

#[tokio::test]
async fn logout_all_ends_every_session_of_the_subject_only() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let (one, other) = (client.admin().await, client.admin().await);
    assert_eq!(client.call_as(&one.access, Method::POST, "/auth/logout-all").await.status, 204);
    for tokens in [one, other] {
        client.get_as(&tokens.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
        client.try_refresh(&tokens.refresh).await.is_problem(401);
    }
    assert_eq!(client.get_as(&ada.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let node = node();
    let client = node.client();
    let form = [("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let phone = client.request(Method::POST, "/auth/login").header("user-agent", "phone").form(&form);
    let phone = client.send(phone).await.tokens();
    let desk = client.admin().await;

    let listed = client.get_as(&desk.access, "/auth/sessions").await.json();
    let sessions = listed.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().map(|session| session["current"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(sessions[1]["agent"], "phone");
    for member in ["created_at", "last_used_at"] {
        assert!(sessions[1][member].as_str().unwrap().ends_with('Z'), "{listed}");
    }

    let path = format!("/auth/sessions/{}", sessions[1]["id"].as_str().unwrap());
    assert_eq!(client.call_as(&desk.access, Method::DELETE, &path).await.status, 204);
    client.get_as(&phone.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.call_as(&desk.access, Method::DELETE, &path).await.is_problem(404);
    assert_eq!(client.get_as(&desk.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_long_user_agent_is_truncated() {
    let node = node();
    let client = node.client();
    let form = [("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let agent = format!("begins {}", "-".repeat(1000));
    let login = client.request(Method::POST, "/auth/login").header("user-agent", &agent).form(&form);
    let tokens = client.send(login).await.tokens();
    let listed = client.get_as(&tokens.access, "/auth/sessions").await.json();
    assert_eq!(listed[0]["agent"], agent[..256]);
}

#[tokio::test]
async fn a_user_cannot_end_the_session_of_another() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let (ada, admin) = (client.login("ada@example.com", PASSWORD).await, client.admin().await);
    let sessions = client.get_as(&admin.access, "/auth/sessions").await.json();
    let path = format!("/auth/sessions/{}", sessions[0]["id"].as_str().unwrap());
    client.call_as(&ada.access, Method::DELETE, &path).await.is_problem(404);
    for path in ["/auth/sessions/none", "/auth/sessions/%00", "/auth/sessions/%FF"] {
        client.call_as(&ada.access, Method::DELETE, path).await.is_problem(404);
    }
    assert_eq!(client.get_as(&admin.access, "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_password_change_ends_every_session_and_answers_new_tokens() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let (here, there) =
        (client.login("ada@example.com", PASSWORD).await, client.login("ada@example.com", PASSWORD).await);
    // Another token of the same session.
    let refreshed = client.try_refresh(&here.refresh).await.tokens();
    assert_eq!(client.get_as(&there.access, "/users/me").await.status, 200);
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let changed = client.json_as(&refreshed.access, Method::POST, "/auth/password", &change).await;
    let tokens = changed.tokens();
    let body = changed.json();
    assert_eq!((&body["token_type"], &body["expires_in"], &body["scope"]), (&json!("bearer"), &json!(900), &json!("")));
    assert_eq!((changed.header("cache-control"), changed.header("pragma")), (Some("no-store"), Some("no-cache")));

    for dead in [&here, &refreshed, &there] {
        client.get_as(&dead.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
        client.try_refresh(&dead.refresh).await.is_problem(401);
    }
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    let tokens = client.try_refresh(&tokens.refresh).await.tokens();
    let listed = client.get_as(&tokens.access, "/auth/sessions").await.json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["current"]), (1, &json!(true)));
    client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
    client.login("ada@example.com", OTHER_PASSWORD).await;
}

#[tokio::test]
async fn a_password_change_needs_the_current_one_and_an_acceptable_new_one() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let wrong = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let answer = client.json_as(&admin.access, Method::POST, "/auth/password", &wrong).await;
    // Not 401, and without `error`: the access token is valid.
    answer.is_challenge(403, NO_CREDENTIAL);
    let weak = json!({ "current_password": ADMIN_PASSWORD, "new_password": "short" });
    client.json_as(&admin.access, Method::POST, "/auth/password", &weak).await.is_problem(422);
    client.register("ada.lovelace@example.com", PASSWORD).await;
    let ada = client.login("ada.lovelace@example.com", PASSWORD).await;
    let own = json!({ "current_password": PASSWORD, "new_password": "Ada.Lovelace@example.com" });
    client.json_as(&ada.access, Method::POST, "/auth/password", &own).await.is_problem(422);
    client.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_its_family_and_no_other() {
    let node = Node::start_with(NODE, &[("AUTH_REFRESH_LEEWAY", "0s")]);
    let client = node.client();
    let (stolen, other) = (client.admin().await, client.admin().await);
    let successor = client.try_refresh(&stolen.refresh).await.tokens();
    client.try_refresh(&stolen.refresh).await.is_problem(401);
    client.try_refresh(&successor.refresh).await.is_problem(401);
    client.get_as(&successor.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    assert_eq!(client.get_as(&other.access, "/users/me").await.status, 200);
    client.try_refresh(&other.refresh).await.tokens();
}

#[tokio::test]
async fn a_retry_within_the_leeway_gets_the_same_successor() {
    let node = node();
    let client = node.client();
    let first = client.admin().await;
    let once = client.try_refresh(&first.refresh).await.tokens();
    let again = client.try_refresh(&first.refresh).await.tokens();
    assert_eq!(once.refresh, again.refresh);
}

#[tokio::test]
async fn a_retry_after_the_use_of_its_successor_ends_the_session() {
    let node = node();
    let client = node.client();
    let (first, other) = (client.admin().await, client.admin().await);
    let second = client.try_refresh(&first.refresh).await.tokens();
    let third = client.try_refresh(&second.refresh).await.tokens();
    client.try_refresh(&first.refresh).await.is_challenge(401, INVALID_TOKEN);
    client.get_as(&third.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&third.refresh).await.is_problem(401);
    client.try_refresh(&other.refresh).await.tokens();
}

#[tokio::test]
async fn a_replay_of_the_oldest_token_of_a_long_family_ends_the_session() {
    let node = node();
    let client = node.client();
    let (first, other) = (client.admin().await, client.admin().await);
    let mut current = client.try_refresh(&first.refresh).await.tokens();
    for _ in 0..105 {
        current = client.try_refresh(&current.refresh).await.tokens();
    }
    assert_eq!(client.get_as(&current.access, "/users/me").await.status, 200);
    client.try_refresh(&first.refresh).await.is_challenge(401, INVALID_TOKEN);
    client.get_as(&current.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
    client.try_refresh(&current.refresh).await.is_problem(401);
    client.try_refresh(&other.refresh).await.tokens();
}

#[tokio::test]
async fn the_oldest_token_of_a_long_family_revokes_its_session() {
    let node = node();
    let client = node.client();
    let first = client.admin().await;
    let mut current = client.try_refresh(&first.refresh).await.tokens();
    for _ in 0..105 {
        current = client.try_refresh(&current.refresh).await.tokens();
    }
    let request = client.request(Method::POST, "/auth/revoke").form(&[("token", &first.refresh)]);
    assert_eq!(client.send(request).await.status, 200);
    client.get_as(&current.access, "/users/me").await.is_challenge(401, INVALID_TOKEN);
}

/// The ids of each page of a list, which the link of each leads on to the next.
async fn pages(client: &auth_tests::Client, access: &str, path: &str, limit: usize) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut query = format!("?limit={limit}");
    loop {
        let answer = client.get_as(access, &format!("{path}{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page =
            answer.json().as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
        pages.push(page);
        let Some(link) = answer.header("link") else { return pages };
        let link = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
        assert!(link.starts_with("?after=") && link.ends_with(&format!("&limit={limit}")), "{link}");
        link.clone_into(&mut query);
    }
}

#[tokio::test]
async fn lists_are_answered_page_by_page() {
    let node = node();
    let client = node.client();
    let mut access = String::new();
    for number in 0..5 {
        access = client.admin().await.access;
        let key = json!({ "name": format!("key {number}"), "scopes": [] });
        assert_eq!(client.json_as(&access, Method::POST, "/auth/api-keys", &key).await.status, 201);
        client.register(&format!("user{number}@example.com"), PASSWORD).await;
    }
    for (path, entries) in [("/auth/sessions", 5), ("/auth/api-keys", 5), ("/users", 6)] {
        let whole = pages(&client, &access, path, 1_000).await.concat();
        assert_eq!(whole.len(), entries, "{path}");
        let pages = pages(&client, &access, path, 2).await;
        assert_eq!(pages.iter().map(Vec::len).max(), Some(2), "{path}");
        assert_eq!(pages.len(), entries.div_ceil(2), "{path}: a page without entries");
        assert_eq!(pages.concat(), whole, "{path}");
        for query in ["?limit=x", "?limit=-1", "?after=\u{1}", "?after=", "?limit=1&limit=2"] {
            client.get_as(&access, &format!("{path}{query}")).await.is_problem(400);
        }
        // Without a limit, and with one that is too great or too small.
        for (query, length) in [("", entries), ("?limit=4000000000", entries), ("?limit=0", 1)] {
            let answer = client.get_as(&access, &format!("{path}{query}")).await;
            assert_eq!(answer.json().as_array().unwrap().len(), length, "{path}{query}");
        }
    }
}
