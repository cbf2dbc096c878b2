//! The errors of OAuth's endpoints are OAuth's own JSON (RFC 6749 section 5.2).

use reqwest::Method;
use serde_json::json;

use crate::node;

#[tokio::test]
async fn rfc6749_s5_2_other_methods_get_oauths_error_as_well() {
    let node = node();
    let client = node.client();
    for path in ["/auth/token", "/auth/revoke", "/auth/introspect"] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = client.send(client.request(method.clone(), path)).await;
            let header = |name| answer.header(name);
            assert_eq!((answer.status.as_u16(), header("allow")), (405, Some("POST")), "{method} {path}");
            assert_eq!(header("content-type"), Some("application/json"), "{method} {path}");
            assert_eq!(header("cache-control"), Some("no-store"), "{method} {path}");
            assert_eq!(answer.json()["error"], "invalid_request", "{method} {path}");
        }
    }
    // Others answer problems.
    client.send(client.request(Method::GET, "/auth/login")).await.is_problem(405);
}

#[tokio::test]
async fn two_api_keys_are_named_as_what_is_wrong() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let new = json!({ "name": "resource server", "scopes": ["introspect"] });
    let made = client.json_as(&admin.access, Method::POST, "/auth/api-keys", &new).await.json();
    let key = format!("ApiKey {}", made["key"].as_str().unwrap());
    let request = client.request(Method::POST, "/auth/introspect").form(&[("token", "x")]);
    let answer = client.send(request.header("authorization", &key).header("authorization", &key)).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.json()["error"], "invalid_request");
    assert!(answer.text.contains("more than one credential of the same kind"), "{}", answer.text);
}
