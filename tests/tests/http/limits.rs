//! Rate limits of the ready routes.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Client, Node};
use reqwest::Method;
use serde_json::json;

use crate::{NODE, PASSWORD, node};

const WRONG: &str = "not the password of anyone";

/// Guesses until the limit of the account is used up, and returns the answer to the next login with `password`.
async fn after_ten_guesses(client: &Client, name: &str, password: &str) -> Answer {
    for _ in 0..10 {
        assert_eq!(client.try_login(name, WRONG).await.status, 401);
    }
    client.try_login(name, password).await
}

/// Asserts the status and the headers of a used up limit of ten per minute.
#[track_caller]
fn is_used_up(answer: &Answer, name: &str) {
    let header = |name| answer.header(name).unwrap();
    let secs: u64 = header("retry-after").parse().unwrap();
    assert!((1..=6).contains(&secs), "{secs}");
    assert_eq!(header("ratelimit"), format!("\"{name}\";r=0;t={secs}"));
    assert_eq!(header("ratelimit-policy"), format!("\"{name}\";q=10;w=60"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn guesses_at_an_account_are_limited_and_a_right_one_is_not_answered() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let known = after_ten_guesses(&client, ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let unknown = after_ten_guesses(&client, "unknown@example.com", PASSWORD).await;
    for answer in [&known, &unknown] {
        is_used_up(answer.is_problem(429), "login-account");
        assert_eq!(answer.text, known.text, "the answer tells which accounts exist");
        assert_eq!(answer.headers.keys().collect::<Vec<_>>(), known.headers.keys().collect::<Vec<_>>());
    }
    let other_spelling = client.try_login("ADMIN@example.com", WRONG).await;
    is_used_up(other_spelling.is_problem(429), "login-account");
    // Its sessions go on, and so do other accounts.
    assert_eq!(client.get_as(&admin.access, "/users/me").await.status, 200);
    client.register("ada@example.com", PASSWORD).await;
    client.login("ada@example.com", PASSWORD).await;
}

#[tokio::test]
async fn the_password_grant_and_the_login_share_their_limit() {
    let node = node();
    let client = node.client();
    after_ten_guesses(&client, ADMIN_EMAIL, WRONG).await;
    let form = [("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let answer = client.post_form("/auth/token", &form).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (429, &json!("temporarily_unavailable")));
    is_used_up(&answer, "login-account");
}

#[tokio::test]
async fn logins_with_the_right_password_use_nothing_up() {
    let node = node();
    let client = node.client();
    for _ in 0..15 {
        client.admin().await;
    }
    let mut logins: tokio::task::JoinSet<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            async move { client.admin().await }
        })
        .collect();
    while let Some(login) = logins.join_next().await {
        login.unwrap();
    }
}

#[tokio::test]
async fn guesses_at_the_current_password_are_limited() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let change = |current: &str| json!({ "current_password": current, "new_password": PASSWORD });
    for _ in 0..10 {
        assert_eq!(client.json_as(&admin.access, Method::POST, "/auth/password", &change(WRONG)).await.status, 403);
    }
    let answer = client.json_as(&admin.access, Method::POST, "/auth/password", &change(ADMIN_PASSWORD)).await;
    is_used_up(answer.is_problem(429), "current_password-account");
}

#[tokio::test]
async fn registrations_and_refreshes_of_an_address_are_limited() {
    let node = node();
    let client = node.client();
    let body = json!({ "email": "no address", "password": PASSWORD });
    let register = || client.send(client.request(Method::POST, "/auth/register").json(&body));
    // By address, and by the text that is no e-mail address.
    for _ in 0..20 {
        assert_eq!(register().await.status, 422);
    }
    assert_eq!(
        register().await.is_problem(429).header("ratelimit-policy"),
        Some(r#""registration-account";q=10;w=3600"#)
    );
    for n in 0..279 {
        let body = json!({ "email": format!("no address {n}"), "password": PASSWORD });
        let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
        assert_eq!(answer.status, 422, "{n}");
    }
    assert_eq!(register().await.header("ratelimit-policy"), Some(r#""registration-address";q=60;w=60"#));
    for n in 0..300 {
        assert_eq!(client.try_refresh("no token").await.status, 401, "{n}");
    }
    let answer = client.try_refresh("no token").await;
    assert_eq!(answer.is_problem(429).header("ratelimit-policy"), Some(r#""refresh-address";q=100;w=60"#));
}

#[tokio::test]
async fn no_limit_applies_when_they_are_off() {
    let node = Node::start_with(NODE, &[("AUTH_RATE_LIMIT", "off")]);
    let client = node.client();
    for _ in 0..20 {
        assert_eq!(client.try_login(ADMIN_EMAIL, WRONG).await.status, 401);
    }
}

#[tokio::test]
async fn the_address_of_an_event_is_that_of_the_client_behind_trusted_proxies() {
    for (proxies, header, value, expected) in [
        ("127.0.0.0/8", "x-forwarded-for", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1,198.51.100.7", "forwarded", "for=203.0.113.9, for=192.0.2.1, for=198.51.100.7", "192.0.2.1"),
        ("10.0.0.0/8", "x-forwarded-for", "192.0.2.1", "127.0.0.1"),
    ] {
        let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", proxies)]);
        let client = node.client();
        let login = client.request(Method::POST, "/auth/login").header(header, value);
        let login = login.form(&[("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)]);
        let tokens = client.send(login).await.tokens();
        let events = client.get_as(&tokens.access, "/auth/events/mine?kind=login_succeeded&limit=1").await;
        assert_eq!(events.json()["events"][0]["address"], expected, "{proxies}: {header}: {value}");
    }
}
