//! OAuth clients from the settings.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Client, Node};
use reqwest::Method;

use crate::NODE;

const SECRET: &str = "4f1c9e2ab77d03568cf2e19a40d6b385";
const RS_SECRET: &str = "9b2f07c4d1e86a35be4470f19c58d23a";
/// `printf %s 9b2f07c4d1e86a35be4470f19c58d23a | sha256sum`
const RS_HASH: &str = "850867c44af1e39267e5749c0bacabf25145ac608e78e5417e64f72fb8f13e9b";

async fn post(client: &Client, path: &str, by: Option<(&str, &str)>, form: &[(&str, &str)]) -> Answer {
    let request = client.request(Method::POST, path).form(form);
    let request = match by {
        Some((id, secret)) => request.basic_auth(id, Some(secret)),
        None => request,
    };
    client.send(request).await
}

async fn check(node: &Node) {
    let client = node.client();
    let login = [("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let billing = Some(("billing", SECRET));
    let tokens = post(&client, "/auth/token", billing, &[&login[..], &[("scope", "invoices")]].concat()).await;
    assert_eq!((tokens.status, &tokens.json()["scope"]), (200.try_into().unwrap(), &"invoices".into()));
    let tokens = tokens.tokens();
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    for (by, status) in [(None, 401), (Some(("billing", "wrong")), 401), (Some(("billing", RS_SECRET)), 401)] {
        let form = [&login[..], &[("client_id", "billing")]].concat();
        assert_eq!(post(&client, "/auth/token", by, &form).await.status, status, "{by:?}");
    }

    let reports = Some(("reports-api", RS_SECRET));
    let token = [("token", tokens.access.as_str())];
    let answer = post(&client, "/auth/introspect", reports, &token).await.json();
    assert_eq!(
        (&answer["active"], &answer["client_id"], &answer["scope"]),
        (&true.into(), &"billing".into(), &"invoices".into())
    );
    assert_eq!(post(&client, "/auth/introspect", billing, &token).await.status, 400, "it may not");
    assert_eq!(post(&client, "/auth/introspect", None, &token).await.status, 401);
    // It may refresh, and has no password grant.
    assert_eq!(post(&client, "/auth/token", reports, &login).await.json()["error"], "unauthorized_client");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    assert_eq!(post(&client, "/auth/token", reports, &refresh).await.json()["error"], "invalid_grant");
    let refreshed = post(&client, "/auth/token", billing, &refresh).await.tokens();
    let revoke = [("token", refreshed.refresh.as_str())];
    assert_eq!(post(&client, "/auth/revoke", billing, &revoke).await.status, 200);
    client.get_as(&refreshed.access, "/users/me").await.is_problem(401);
    let mobile = [&login[..], &[("client_id", "mobile-app")]].concat();
    post(&client, "/auth/token", None, &mobile).await.tokens();

    let log = std::fs::read_to_string(node.path("log")).unwrap();
    assert!(!log.contains(SECRET) && !log.contains(RS_SECRET) && !log.contains(RS_HASH), "a secret is in the log");
}

#[tokio::test]
async fn clients_from_the_settings_authenticate() {
    let json = format!(
        r#"[
            {{ "id": "billing", "secret": "{SECRET}", "grants": ["password", "refresh_token"], "scopes": ["invoices"] }},
            {{ "id": "reports-api", "secret_sha256": "{RS_HASH}", "introspect": true }},
            {{ "id": "mobile-app", "grants": ["password", "refresh_token"] }}
        ]"#
    );
    check(&Node::start_with(NODE, &[("AUTH_CLIENTS", &json)])).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &json).unwrap();
    check(&Node::start_with(NODE, &[("AUTH_CLIENTS_FILE", file.path().to_str().unwrap())])).await;
}
