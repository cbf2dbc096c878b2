//! The audit trail over HTTP.

use std::collections::HashSet;

use auth_tests::Client;
use reqwest::Method;
use serde_json::{Value, json};

use super::{INSUFFICIENT, INVALID_TOKEN, NO_CREDENTIAL, PASSWORD, node};

fn kinds(page: &Value) -> Vec<&str> {
    page["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_user_sees_the_own_events_and_an_admin_all() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    // The message to the new address is made after the answer.
    node.message("email_verification", "ada@example.com").await;
    let form = [("username", "ada@example.com"), ("password", PASSWORD)];
    let request = client.request(Method::POST, "/auth/login").form(&form);
    let request = request.header("user-agent", "curl").header("x-request-id", "r-1");
    let ada = client.send(request).await.tokens();
    let promote = json!({ "role": "moderator" });
    client.json_as(&admin.access, Method::PATCH, &format!("/users/{id}"), &promote).await;

    let mine = client.get_as(&ada.access, "/auth/events/mine").await.json();
    assert_eq!(kinds(&mine), ["account_updated", "login_succeeded", "one_time_token_issued", "user_registered"]);
    let login = &mine["events"][1];
    assert_eq!((&login["subject"], &login["outcome"]), (&json!(id), &json!("success")));
    assert_eq!((&login["agent"], &login["request_id"]), (&json!("curl"), &json!("r-1")));
    assert_eq!(login["address"], "127.0.0.1");
    assert!(login["session"].is_string() && login["at"].is_string() && login["id"].is_string(), "{login}");
    assert_eq!(mine["events"][0]["actor"]["type"], "subject", "an admin has changed it");
    assert_ne!(mine["events"][0]["actor"]["id"], id.as_str());
    let (before, after) = (&mine["events"][0]["roles_before"], &mine["events"][0]["roles"]);
    assert_eq!((before, after), (&mine["events"][3]["roles"], &json!(["moderator"])), "{mine}");
    assert!(mine["events"][0].get("active").is_none() && mine["events"][0].get("email_changed").is_none(), "{mine}");
    let sessions = client.get_as(&admin.access, "/auth/sessions").await.json();
    assert_eq!(mine["events"][0]["session"], sessions[0]["id"], "the session that the admin acted in");

    let all = client.get_as(&admin.access, "/auth/events").await.json();
    assert!(kinds(&all).len() > 3, "{all}");
    for event in all["events"].as_array().unwrap() {
        for member in ["actor", "subject", "session", "address", "agent", "request_id"] {
            assert!(event.get(member).is_some(), "{member} is not there: {event}");
        }
    }
    let of_ada = client.get_as(&admin.access, &format!("/auth/events?subject={id}")).await.json();
    assert_eq!(of_ada["events"], mine["events"]);
    let logins = client.get_as(&admin.access, "/auth/events?kind=login_succeeded").await.json();
    assert_eq!(kinds(&logins), ["login_succeeded", "login_succeeded"]);
    let logins = format!("/auth/events?kind=login_succeeded&subject={id}");
    assert_eq!(kinds(&client.get_as(&admin.access, &logins).await.json()), ["login_succeeded"]);
    for (time, expected) in [
        ("since=2020-01-01&until=2100-01-01T00:00:00Z", &mine["events"]),
        ("since=2100-01-01", &json!([])),
        ("until=2020-01-01", &json!([])),
        ("since=2100-01-01t00:00:00%2b01:00", &json!([])),
        ("since=2020-01-01t00:00:00z&until=2100-01-01T00:00:00-05:30", &mine["events"]),
    ] {
        let events = client.get_as(&ada.access, &format!("/auth/events/mine?{time}")).await.json();
        assert_eq!(&events["events"], expected, "{time}");
    }
}

/// The rows of refusals are written in the background, within a second.
async fn until(client: &Client, token: &str, path: &str, kind: &str) -> Value {
    for _ in 0..1_000 {
        let page = client.get_as(token, &format!("{path}?kind={kind}")).await.json();
        if !kinds(&page).is_empty() {
            return page["events"][0].clone();
        }
    }
    panic!("{path} has no event {kind}");
}

#[tokio::test]
async fn a_user_sees_failed_logins_and_an_admin_all_refusals() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    let form = [("username", "ada@example.com"), ("password", "a guess at the password")];
    let request = client.request(Method::POST, "/auth/login").form(&form).header("user-agent", "curl");
    assert_eq!(client.send(request).await.status, 401);
    let ada = client.login("ada@example.com", PASSWORD).await;
    let failed = until(&client, &ada.access, "/auth/events/mine", "login_failed").await;
    assert_eq!((&failed["subject"], &failed["outcome"]), (&json!(id), &json!("refused")));
    assert_eq!((&failed["address"], &failed["agent"]), (&json!("127.0.0.1"), &json!("curl")));

    client.get_as(&ada.access, "/auth/events").await.is_challenge(403, INSUFFICIENT);
    client.get_as("forged", "/users/me").await.is_challenge(401, INVALID_TOKEN);
    let refused = until(&client, &ada.access, "/auth/events/mine", "access_refused").await;
    assert_eq!((&refused["subject"], &refused["actor"]["id"]), (&json!(id), &json!(id)));
    let refused = until(&client, &admin.access, "/auth/events", "credential_refused").await;
    assert_eq!(refused["address"], "127.0.0.1");

    for _ in 0..10 {
        client.try_login("unknown@example.com", "a guess at the password").await;
    }
    assert_eq!(client.try_login("unknown@example.com", PASSWORD).await.status, 429);
    let limited = until(&client, &admin.access, "/auth/events", "rate_limited").await;
    assert_eq!((&limited["operation"], &limited["by"]), (&json!("login"), &json!("account")));
    // No guard's grant is recorded.
    assert_eq!(kinds(&client.get_as(&admin.access, "/auth/events?kind=access_granted").await.json()), [""; 0]);
}

#[tokio::test]
async fn pages_cover_the_trail_once() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    for n in 0..6 {
        let email = format!("user{n}@example.com");
        client.register(&email, PASSWORD).await;
        node.message("email_verification", &email).await;
    }
    let whole = client.get_as(&admin.access, "/auth/events?limit=1000").await.json();
    assert_eq!(whole["next"], Value::Null);
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get_as(&admin.access, &format!("/auth/events?limit=3{after}")).await.json();
        paged.extend(page["events"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(&paged, whole["events"].as_array().unwrap());
    let ids: HashSet<_> = paged.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), paged.len());
}

#[tokio::test]
async fn the_trail_is_refused_to_others_and_to_unreadable_queries() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    client.get("/auth/events/mine").await.is_challenge(401, NO_CREDENTIAL);
    client.get_as(&ada.access, "/auth/events").await.is_challenge(403, INSUFFICIENT);
    // The subject of `mine` is not the client's to choose.
    client.get_as(&ada.access, &format!("/auth/events/mine?subject={id}")).await.is_problem(400);
    for query in [
        "limit=many",
        "limit=-1",
        "limit=0",
        "limit=1001",
        "after=x",
        "after=1.x",
        "limit=1&limit=2",
        "since=2026",
        "until=x",
        "since=1&since=2",
    ] {
        client.get_as(&admin.access, &format!("/auth/events?{query}")).await.is_problem(400);
    }
    // PostgreSQL cannot even compare with a text that has NUL, so none may reach it.
    for query in ["kind=%00", "kind=login", "kind=unrecognised", "kind=", "after=1.00"] {
        for path in ["/auth/events", "/auth/events/mine"] {
            client.get_as(&admin.access, &format!("{path}?{query}")).await.is_problem(400);
        }
    }
}

#[tokio::test]
async fn an_admin_exports_the_trail_as_json_lines() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.register("ada@example.com", PASSWORD).await;
    node.message("email_verification", "ada@example.com").await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let lines = async |token: &str, query: &str| {
        let request = client.request(Method::GET, &format!("/auth/events{query}")).bearer_auth(token);
        client.send(request.header("accept", "text/html, application/x-ndjson;q=0.9")).await
    };
    for query in ["", &format!("?subject={id}"), "?kind=login_succeeded&since=2020-01-01", "?until=2020-01-01"] {
        let exported = lines(&admin.access, query).await;
        assert_eq!(exported.status, 200, "{query}");
        assert_eq!(exported.headers["content-type"], "application/x-ndjson");
        assert_eq!(exported.headers["cache-control"], "no-store");
        assert!(exported.text.is_empty() || exported.text.ends_with('\n'), "{query}");
        let events: Vec<Value> = exported.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let page = client.get_as(&admin.access, &format!("/auth/events{query}")).await.json();
        assert_eq!(page["events"], json!(events), "{query}");
    }
    lines(&ada.access, "").await.is_challenge(403, INSUFFICIENT);
    for query in ["?limit=10", "?after=x", "?since=x"] {
        lines(&admin.access, query).await.is_problem(400);
    }
}
