//! A service guarded by the tokens of another issuer, beside that issuer.

use auth_core::analysis::Witness;
use auth_core::testing::{AccessMatrix, Target, TestAuth, fresh, laws, role, scope};
use auth_tests::{Client, serve};
use reqwest::Method;
use resource_server::issuer::{Running, User, start};
use secrecy::ExposeSecret as _;
use serde_json::json;

struct Example {
    issuer: Running,
    service: Client,
}

impl Example {
    async fn start() -> Self {
        let issuer = start().await.unwrap();
        let auth = resource_server::auth(resource_server::trusted(&issuer.url).unwrap()).unwrap();
        let service = Client::new(&serve(resource_server::routes().with_state(auth)).await);
        Self { issuer, service }
    }

    async fn token(&self, user: &User, scope: &str) -> String {
        let form = [("username", user.email), ("password", user.password.expose_secret()), ("scope", scope)];
        let client = Client::new(&self.issuer.url);
        let answer = client.send(client.request(Method::POST, "/auth/login").form(&form)).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    async fn status(&self, method: Method, path: &str, token: Option<&str>) -> u16 {
        let mut request = self.service.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.service.send(request).await.status.as_u16()
    }
}

#[tokio::test]
async fn tokens_of_the_issuer_open_what_they_say_and_no_more() {
    let example = Example::start().await;
    let editor = example.token(&example.issuer.editor, "reports:read").await;
    let reader = example.token(&example.issuer.reader, "reports:read").await;
    let narrow = example.token(&example.issuer.editor, "").await;
    for (method, path, statuses) in [
        (Method::GET, "/health", [200, 200, 200, 200]),
        (Method::GET, "/caller", [401, 200, 200, 200]),
        (Method::GET, "/reports", [401, 403, 200, 200]),
        (Method::DELETE, "/reports", [401, 403, 403, 204]),
    ] {
        for (token, expected) in [None, Some(&narrow), Some(&reader), Some(&editor)].into_iter().zip(statuses) {
            let status = example.status(method.clone(), path, token.map(String::as_str)).await;
            assert_eq!(status, expected, "{method} {path}");
        }
    }
    let caller =
        example.service.send(example.service.request(Method::GET, "/caller").bearer_auth(&editor)).await.json();
    assert_eq!((&caller["issuer"], &caller["roles"]), (&json!(example.issuer.url), &json!(["editor"])));
}

#[tokio::test]
async fn tokens_of_a_stranger_are_refused() {
    let (example, stranger) = (Example::start().await, Example::start().await);
    let token = stranger.token(&stranger.issuer.editor, "reports:read").await;
    assert_eq!(stranger.status(Method::GET, "/reports", Some(&token)).await, 200);
    assert_eq!(example.status(Method::GET, "/reports", Some(&token)).await, 401);
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&resource_server::routes().policy())
        .only("/reports/**", scope("reports:read"))
        .only("DELETE /**", role(resource_server::Role::Editor))
        .needs("DELETE /**", fresh("10m"))
        .never_public("/caller")
        .no_unchecked_except([]);
}

#[tokio::test]
async fn every_witness_of_the_policy_gets_its_answer() {
    let (test, routes) = (TestAuth::new(), resource_server::routes());
    let matrix = AccessMatrix::new(routes.policy()).witnesses(async |witness: &Witness| test.caller_of(witness)).await;
    assert!(matrix.hold(&Target::router(routes.with_state(test.auth()))).await > 4 * 5);
}
