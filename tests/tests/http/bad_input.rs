//! Malformed and hostile input: a clear 4xx problem, and nothing is written.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD};
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{PASSWORD, node};

/// Sends raw bytes and returns the text of the answer.
async fn raw(base: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // The service may close the connection before all bytes are sent.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let node = node();
    let client = node.client();
    for (path, form) in [
        ("/auth/login", &[("username", ADMIN_EMAIL)][..]),
        ("/auth/login", &[("password", ADMIN_PASSWORD)]),
        ("/auth/login", &[]),
        ("/auth/refresh", &[("token", "rt_1")]),
    ] {
        let answer = client.post_form(path, form).await;
        answer.is_problem(422);
        assert!(answer.json()["detail"].as_str().unwrap().contains("missing field"), "{}", answer.text);
        assert!(!answer.text.contains(ADMIN_PASSWORD));
    }
}

#[tokio::test]
async fn a_wrong_content_type_is_415() {
    let node = node();
    let client = node.client();
    let (form, json) = ("`application/x-www-form-urlencoded`", "`application/json`");
    for (path, kind, body, taken) in [
        ("/auth/login", "text/plain", "username=a&password=b", form),
        ("/auth/register", "application/x-www-form-urlencoded", "email=a&password=b", json),
        ("/auth/register", "text/html", "{}", json),
        ("/auth/refresh", "text/plain", "refresh_token=a", "`application/x-www-form-urlencoded` or `application/json`"),
    ] {
        let request = client.request(Method::POST, path).header("content-type", kind).body(body);
        let answer = client.send(request).await;
        answer.is_problem(415);
        assert!(answer.text.contains(taken), "{}", answer.text);
    }
    client.send(client.request(Method::POST, "/auth/login").body("username=a&password=b")).await.is_problem(415);
}

#[tokio::test]
async fn a_malformed_body_is_400_or_422_and_never_echoed() {
    let node = node();
    let client = node.client();
    for (path, kind, body) in [
        ("/auth/register", "application/json", &b"{"[..]),
        ("/auth/register", "application/json", b""),
        ("/auth/register", "application/json", b"\"hunter2hunter2\""),
        ("/auth/register", "application/json", b"{\"email\":\"hunter2hunter2\",\"password\":7}"),
        ("/auth/register", "application/json", b"\"missing field hunter2hunter2\""),
        ("/auth/register", "application/json", b"\"a, expected hunter2hunter2 at line 3\""),
        ("/auth/register", "application/json", b"{\"email\":\"\xff\",\"password\":\"hunter2hunter2\"}"),
        ("/auth/register", "application/json", b"{\"email\":\"a\",\"email\":\"b\",\"password\":\"hunter2hunter2\"}"),
        ("/auth/login", "application/x-www-form-urlencoded", b"username=%FF&password=%FE"),
        ("/auth/login", "application/x-www-form-urlencoded", b"username=a&username=b&password=hunter2hunter2"),
        ("/auth/login", "application/x-www-form-urlencoded", b"\xff\xfe"),
        ("/auth/refresh", "application/json", b"{\"refresh_token\":[]}"),
    ] {
        let request = client.request(Method::POST, path).header("content-type", kind).body(body.to_vec());
        let answer = client.send(request).await;
        let status = answer.status.as_u16();
        assert!([400, 401, 422].contains(&status), "{path} {:?}: {status}", String::from_utf8_lossy(body));
        answer.is_problem(status);
        assert!(!answer.text.contains("hunter2hunter2"), "{}", answer.text);
    }
    let admin = client.admin().await;
    assert_eq!(client.get_as(&admin.access, "/users").await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_array_is_no_object() {
    let node = node();
    let client = node.client();
    for (path, body) in [
        ("/auth/register", serde_json::json!(["ada@example.com", PASSWORD])),
        ("/auth/refresh", serde_json::json!(["rt_1"])),
    ] {
        let answer = client.send(client.request(Method::POST, path).json(&body)).await;
        answer.is_problem(422);
        assert!(answer.text.contains("expected an object"), "{}", answer.text);
    }
}

/// A role's error names what was sent, and is no part of an answer.
#[tokio::test]
async fn a_value_that_imitates_an_error_is_not_repeated() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.get_as(&admin.access, "/users/me").await.json()["id"].as_str().unwrap().to_owned();
    for body in [
        r#"{"role":"a, expected hunter2hunter2"}"#,
        r#"{"role":"a`, expected hunter2hunter2 at line 1 column 2"}"#,
        r#"{"hunter2hunter2":"a"}"#,
        r#"{"email":"missing field `hunter2hunter2`"}"#,
        r#"{"is_active":"a, expected hunter2hunter2"}"#,
    ] {
        let request = client.request(Method::PATCH, &format!("/users/{id}")).bearer_auth(&admin.access);
        let answer = client.send(request.header("content-type", "application/json").body(body)).await;
        answer.is_problem(422);
        assert!(!answer.text.contains("hunter2hunter2"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_body_of_1_mb_is_413() {
    let node = node();
    let client = node.client();
    let large = "a".repeat(1 << 20);
    let form = client.post_form("/auth/login", &[("username", "ada"), ("password", &large)]).await;
    form.is_problem(413);
    let body = serde_json::json!({ "email": "ada@example.com", "password": large });
    client.send(client.request(Method::POST, "/auth/register").json(&body)).await.is_problem(413);
    client.try_login(ADMIN_EMAIL, &"a".repeat(2_000)).await.is_problem(401);
}

#[tokio::test]
async fn headers_of_64_kib_are_431() {
    let node = node();
    let client = node.client();
    for name in ["authorization", "x-api-key", "cookie", "x-anything"] {
        let request = client.request(Method::GET, "/health").header(name, "a".repeat(64 * 1024));
        client.send(request).await.is_problem(431);
    }
}

#[tokio::test]
async fn a_credential_that_is_not_ascii_is_refused() {
    let node = node();
    for (header, path) in [("Authorization: Bearer ", "/users/me"), ("X-API-Key: ", "/reports")] {
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{header}").into_bytes();
        request.extend_from_slice(b"\xff\xfe\x80\r\n\r\n");
        let answer = raw(node.base(), &request).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
}

#[tokio::test]
async fn invalid_http_gets_no_500_and_the_service_stays_up() {
    let node = node();
    for request in [
        &b"\x00\x01\x02\x03\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /auth/login HTTP/1.1\r\nConnection: close\r\n\r\n",
    ] {
        let answer = raw(node.base(), request).await;
        assert!(!answer.contains(" 500 ") && !answer.contains(" 200 "), "{answer}");
    }
    assert_eq!(node.client().get("/health").await.status, 200);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let node = node();
    let client = node.client();
    client.get("/nothing/here").await.is_problem(404);
    let answer = client.send(client.request(Method::PUT, "/users/me")).await;
    answer.is_problem(405);
    assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")));
}

#[tokio::test]
async fn markup_and_sql_in_fields_are_text() {
    let node = node();
    let client = node.client();
    client.try_login("' OR 1=1 --", PASSWORD).await.is_problem(401);
    client.try_login("%", PASSWORD).await.is_problem(401);
    let agent = "<script>alert(1)</script>'; DROP TABLE auth_users; --";
    let form = [("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let login = client.request(Method::POST, "/auth/login").header("user-agent", agent).form(&form);
    let tokens = client.send(login).await.tokens();
    let listed = client.get_as(&tokens.access, "/auth/sessions").await;
    assert_eq!(listed.header("content-type"), Some("application/json"));
    assert_eq!(listed.json()[0]["agent"], agent);
}
