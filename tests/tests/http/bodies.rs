//! Bodies: content types, bytes, lengths, and what refusals say of fields.

use auth_core::http::Form;
use auth_core::prelude::*;
use auth_tests::{ADMIN_EMAIL, Answer, Client, serve};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{PASSWORD, node};

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(client: &Client, method: Method, path: &str, token: &str, kind: Option<&str>, body: &[u8]) -> Answer {
    let mut request = client.request(method, path).body(body.to_vec());
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    client.send(request).await
}

#[tokio::test]
async fn a_content_type_is_json_or_a_form_in_utf8_on_every_route() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.get_as(&admin.access, "/users/me").await.json()["id"].as_str().unwrap().to_owned();
    let (user, post) = (format!("/users/{id}"), Method::POST);
    for (method, path) in [
        (post.clone(), "/auth/login"),
        (post.clone(), "/auth/refresh"),
        (post.clone(), "/auth/register"),
        (post.clone(), "/auth/api-keys"),
        (post, "/auth/step-up"),
        (Method::PATCH, &user),
        (Method::DELETE, "/auth/mfa/totp"),
    ] {
        for kind in [
            "application/problem+json",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/jsonp",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded; charset=latin1",
            "text/plain",
        ] {
            let answer = send(&client, method.clone(), path, &admin.access, Some(kind), b"{}").await;
            answer.is_problem(415);
            assert!(answer.text.contains("`application/json`"), "{path} {kind}: {}", answer.text);
        }
        for kind in ["application/json", "APPLICATION/JSON;Charset=\"UTF-8\""] {
            let answer = send(&client, method.clone(), path, &admin.access, Some(kind), b"{").await;
            answer.is_problem(400);
        }
    }
}

/// A replacement character for each byte would make one password of several.
#[tokio::test]
async fn a_form_that_is_not_utf8_is_refused_and_not_repaired() {
    let node = node();
    let client = node.client();
    let password = "three words and \u{FFFD}";
    client.register("ada@example.com", password).await;
    client.login("ada@example.com", password).await;
    for end in ["%FF", "%C3%28", "%ED%A0%80", "%F0%9F"] {
        let body = format!("username=ada%40example.com&password=three+words+and+{end}");
        send(&client, Method::POST, "/auth/login", "", Some(FORM), body.as_bytes()).await.is_problem(400);
    }
    let raw = b"username=ada%40example.com&password=three+words+and+\xFF";
    send(&client, Method::POST, "/auth/login", "", Some(FORM), raw).await.is_problem(400);
    let ada = client.login("ada@example.com", password).await;
    for (path, body) in [
        ("/auth/step-up", "password=three+words+and+%FF"),
        ("/auth/refresh", "refresh_token=%FF"),
        ("/auth/password/forgot", "email=%FF"),
        ("/auth/mfa/totp/confirm", "code=%FF"),
    ] {
        send(&client, Method::POST, path, &ada.access, Some(FORM), body.as_bytes()).await.is_problem(400);
    }
}

#[tokio::test]
async fn the_optional_body_of_a_removal_is_read_as_any_other() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let remove = async |kind: Option<&str>, body: &[u8]| {
        send(&client, Method::DELETE, "/auth/mfa/totp", &admin.access, kind, body).await
    };
    let json = Some("application/json");
    let code = br#"{"code":"123456"}"#;
    for (kind, body, status) in [
        (Some("text/plain"), &code[..], 415),
        (None, code, 415),
        (json, br#"{"code":"123456""#, 400),
        (json, br#"["123456"]"#, 422),
        (json, br#"{"code":123456}"#, 422),
        (json, b"{}", 422),
        // A code is checked before anything is said of the second factor, of which there is none.
        (json, code, 403),
        (Some(FORM), b"code=123456", 403),
        (json, b"", 404),
        (None, b"", 404),
    ] {
        remove(kind, body).await.is_problem(status);
    }
}

/// RFC 9110 section 10.1.1: the head decides.
#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_is_sent() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let address = node.base().strip_prefix("http://").unwrap();
    for (path, kind, status) in [
        ("/auth/login", FORM, "413"),
        ("/auth/login", "application/json", "413"),
        ("/auth/register", "application/json", "413"),
        ("/auth/api-keys", "application/json", "413"),
        // RFC 6749 section 5.2.
        ("/auth/token", FORM, "400"),
    ] {
        for expect in ["Expect: 100-continue\r\n", ""] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
                 Content-Length: 70000\r\n{expect}\r\n",
                admin.access
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut begin = [0; 12];
            stream.read_exact(&mut begin).await.unwrap();
            assert_eq!(std::str::from_utf8(&begin).unwrap(), format!("HTTP/1.1 {status}"), "{path}");
        }
    }
}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Reader,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    role: Wanted,
}

#[public]
async fn wish(Form(wish): Form<Wish>) -> String {
    wish.role.to_string()
}

/// A role's error names what was sent, and is no part of an answer.
#[tokio::test]
async fn a_refused_form_is_not_repeated() {
    let auth = auth_core::testing::in_memory().build().unwrap();
    let client = Client::new(&serve(GuardedRouter::new().route("/", post(wish)).with_state(auth)).await);
    assert_eq!(client.post_form("/", &[("role", Wanted::Reader.name())]).await.status, 200);
    for form in [[("role", "hunter2hunter2")], [("hunter2hunter2", "a")]] {
        let answer = client.post_form("/", &form).await;
        answer.is_problem(422);
        assert!(!answer.text.contains("hunter2hunter2"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_refusal_names_the_field_and_what_it_takes() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let id = client.get_as(&admin.access, "/users/me").await.json()["id"].as_str().unwrap().to_owned();
    let user = format!("/users/{id}");
    for (method, path, body, said) in [
        (
            Method::PATCH,
            user.as_str(),
            json!({ "role": "owner" }),
            "`role` must be one of `user`, `moderator`, `admin`",
        ),
        (Method::PATCH, &user, json!({ "role": 7 }), "`role` must be one of `user`, `moderator`, `admin`"),
        (Method::PATCH, &user, json!({ "is_active": 1 }), "`is_active` must be a boolean"),
        (
            Method::PATCH,
            &user,
            json!({ "password": "x" }),
            "unknown field; the fields are `email`, `role`, `is_active`",
        ),
        (Method::PATCH, &user, json!({ "email": "hunter2" }), "the value of `email` cannot be used"),
        (
            Method::POST,
            "/auth/login",
            json!({ "username": "a", "password": "b", "otp": 123_456 }),
            "`otp` must be a string",
        ),
        (Method::POST, "/auth/login", json!({ "username": "a" }), "missing field `password`"),
        (Method::POST, "/auth/api-keys", json!({ "name": "a", "scopes": "b" }), "`scopes` must be an array"),
        (
            Method::POST,
            "/auth/api-keys",
            json!({ "name": "a", "expires_in": "soon" }),
            "`expires_in` must be a whole number",
        ),
    ] {
        let answer = client.json_as(&admin.access, method, path, &body).await;
        answer.is_problem(422);
        let detail = format!("The body does not have the expected fields: {said}.");
        assert_eq!(answer.json()["detail"], detail, "{body}");
    }
}

#[tokio::test]
async fn a_login_refuses_a_malformed_scope_and_ignores_an_unknown_one() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let login = async |scope: &str| {
        let form = [("username", "ada@example.com"), ("password", PASSWORD), ("scope", scope)];
        client.post_form("/auth/login", &form).await
    };
    for malformed in ["a  b", " a", "a ", " ", "a\tb", "\"a\"", "a\\b", "\u{e9}"] {
        let refused = login(malformed).await;
        refused.is_problem(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "#/scope", "{malformed:?}");
    }
    for scope in ["", "unknown", "unknown other:scope"] {
        let answer = login(scope).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["scope"]), (200, &json!("")), "{scope:?}");
    }
}

#[tokio::test]
async fn the_name_of_the_service_is_no_password_even_if_it_is_repeated() {
    let node = node();
    let client = node.client();
    for password in ["quickstartquickstart", "QuickstartQuickstart!", "quickstartquickstart2027!"] {
        let body = json!({ "email": "ada@example.com", "password": password });
        let answer = client.post_json("/auth/register", &body).await;
        answer.is_problem(422);
        assert!(answer.text.contains("easy to guess"), "{password}: {}", answer.text);
    }
    client.register(ADMIN_EMAIL.replace("admin", "ada").as_str(), "a quickstart of three words").await;
}
