//! Unchanged third-party clients, Authlib and requests-oauthlib, against a quickstart process and against a service
//! with confidential clients.

use std::path::Path;
use std::time::Duration;

use auth_core::{GrantType, OAuthClient};
use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node, python};
use reqwest::Method;
use serde_json::{Value, json};

use crate::service::{EMAIL, PASSWORD, Service};

/// Letters and digits: these libraries omit the encoding of the `Basic` header that RFC 6749 demands.
const PLAIN_SECRET: &str = "4f1c9e2ab77d03568cf2e19a40d6b385";

/// Shorter than Authlib's margin before the end, so it refreshes at each request.
const ACCESS_TTL: Duration = Duration::from_secs(55);

async fn run(script: &'static str, case: Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oauth/clients");
    let requirements = folder.join("requirements.txt");
    let output = tokio::task::spawn_blocking(move || {
        let mut command = python::command(&requirements)?;
        command.arg(folder.join(script)).arg(case.to_string());
        // These libraries demand this for a service on loopback without TLS.
        command.env("AUTHLIB_INSECURE_TRANSPORT", "1").env("OAUTHLIB_INSECURE_TRANSPORT", "1");
        Some(command.output().unwrap())
    });
    let Some(output) = output.await.unwrap() else { return };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{script}:\n{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).ends_with(" ok\n"), "{script} did not reach its end");
}

async fn against_the_quickstart(script: &'static str) {
    let node = Node::start_with(env!("CARGO_BIN_EXE_node"), &[("AUTH_ACCESS_TTL", "55s")]);
    let client = node.client();
    let admin = client.admin().await;
    let body = json!({ "name": "resource server", "scopes": ["introspect"] });
    let made = client.json_as(&admin.access, Method::POST, "/auth/api-keys", &body).await;
    let key: Value = serde_json::from_str(&made.text).unwrap();
    let case = json!({
        "base": node.base(),
        "client_id": "quickstart",
        "client_secret": null,
        "method": "none",
        "username": ADMIN_EMAIL,
        "password": ADMIN_PASSWORD,
        "resource": "/users/me",
        "api_key": key["key"],
    });
    run(script, case).await;
}

async fn with_a_secret(script: &'static str, method: &str) {
    let client = OAuthClient::confidential("billing", &PLAIN_SECRET.to_owned().into()).unwrap();
    let client = client.grants([GrantType::Password, GrantType::RefreshToken]);
    let service = Service::start_with(|builder| builder.access_ttl(ACCESS_TTL).client(client)).await;
    let case = json!({
        "base": service.url,
        "client_id": "billing",
        "client_secret": PLAIN_SECRET,
        "method": method,
        "username": EMAIL,
        "password": PASSWORD,
        "resource": "/me",
        "api_key": service.api_key(&["introspect"]).await,
    });
    run(script, case).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_uses_the_quickstart() {
    against_the_quickstart("with_authlib.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_authenticates_its_client_by_header_and_by_form() {
    with_a_secret("with_authlib.py", "client_secret_basic").await;
    with_a_secret("with_authlib.py", "client_secret_post").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_oauthlib_uses_the_quickstart() {
    against_the_quickstart("with_requests_oauthlib.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_oauthlib_authenticates_its_client_by_header_and_by_form() {
    with_a_secret("with_requests_oauthlib.py", "client_secret_basic").await;
    with_a_secret("with_requests_oauthlib.py", "client_secret_post").await;
}
