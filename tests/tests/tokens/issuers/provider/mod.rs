//! A third-party provider, `oidc-provider` on Node.js, as a process: its tokens are accepted over key changes and
//! restarts.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::Duration;

use auth_core::issuer::Issuer;
use auth_core::testing::TestClock;
use auth_core::{Auth, Clock, SystemClock};
use auth_tests::npm;
use auth_tests::servers::Port;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Service;
use crate::forge::pem;
use crate::service::part;

const REPORTS: &str = "https://reports.example";
const OTHER: &str = "https://other.example";
const SECRET: &str = "of-a-client-of-this-test";

struct Key {
    kid: &'static str,
    alg: &'static str,
    pem: &'static str,
}

const RSA: Key = Key { kid: "of the first year", alg: "RS256", pem: pem!("rsa") };
const P256: Key = Key { kid: "of the second year", alg: "ES256", pem: pem!("p256") };
const ED25519: Key = Key { kid: "of the third year", alg: "EdDSA", pem: pem!("ed25519") };

/// A running provider. Dropped, it ends.
struct Provider {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    port: Arc<Port>,
    http: reqwest::Client,
}

impl Provider {
    /// Starts on a free port; `None` without Node.js.
    fn start(keys: &[&Key]) -> Option<Self> {
        Self::start_at(Arc::new(Port::reserve()), keys)
    }

    fn start_at(port: Arc<Port>, keys: &[&Key]) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokens/issuers/provider");
        let mut node = npm::command(&folder)?;
        node.arg(folder.join("provider.cjs")).arg(port.number().to_string());
        // It warns on standard error about missing TLS and in-memory storage.
        let mut process =
            node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("Node.js");
        let input = process.stdin.take().expect("its input is piped");
        let output = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let mut provider = Self { process, input, output, port, http: reqwest::Client::new() };
        provider.keys(keys);
        Some(provider)
    }

    /// Continues with these keys; the first one signs.
    fn keys(&mut self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| json!({ "kid": key.kid, "alg": key.alg, "pem": key.pem })).collect();
        writeln!(self.input, "{}", Value::from(keys)).expect("the provider reads");
        while !self.output.next().expect("the provider runs").expect("UTF-8").starts_with("serves ") {}
    }

    /// Stops it, and returns its port for another one.
    fn kill(self) -> Arc<Port> {
        Arc::clone(&self.port)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number())
    }

    /// A token by the client credentials grant, from the token endpoint of its discovery document.
    async fn token(&self, client: &str, resource: &str, scope: &str) -> String {
        let place = format!("{}/.well-known/openid-configuration", self.url());
        let metadata: Value = self.http.get(place).send().await.unwrap().json().await.unwrap();
        let form = [("grant_type", "client_credentials"), ("resource", resource), ("scope", scope)];
        let request = self.http.post(metadata["token_endpoint"].as_str().unwrap());
        let answer: Value =
            request.basic_auth(client, Some(SECRET)).form(&form).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A service that trusts the provider, at the system time, which the provider uses.
async fn service(provider: &Provider) -> Service {
    let issuer = Issuer::new(provider.url(), REPORTS).unwrap().plain_http().roles_at("realm_access.roles");
    let builder = Auth::resource_server("reports").trust(issuer.timeout(Duration::from_mins(1)));
    // This clock does not move while the provider's does.
    let builder = builder.clock_skew(Duration::from_mins(5));
    Service::start(builder, TestClock::at(SystemClock.now())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_tokens_are_accepted_with_their_scopes_and_roles() {
    let Some(provider) = Provider::start(&[&RSA]) else { return };
    let service = service(&provider).await;
    for (client, scope, admin, reports) in [
        ("worker", "reports:read reports:write", 403, 200),
        ("worker", "reports:write", 403, 403),
        ("worker", "", 403, 403),
        ("admin", "", 200, 403),
        ("admin", "reports:read", 200, 200),
    ] {
        let token = provider.token(client, REPORTS, scope).await;
        assert_eq!(service.subject(&token).await, client);
        assert_eq!(service.call("/admin", &token).await, admin, "{client} {scope:?}");
        assert_eq!(service.call("/reports", &token).await, reports, "{client} {scope:?}");
    }
    let token = provider.token("admin", OTHER, "reports:read").await;
    assert_eq!(part(&token, 1)["aud"], OTHER);
    assert_eq!(service.me(&token).await, 401, "for another audience");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_changes_its_keys_while_it_runs() {
    let Some(mut provider) = Provider::start(&[&RSA]) else { return };
    let service = service(&provider).await;
    let old = provider.token("worker", REPORTS, "").await;
    assert_eq!(service.me(&old).await, 200);

    provider.keys(&[&P256, &RSA]);
    let new = provider.token("worker", REPORTS, "").await;
    assert_eq!((&part(&old, 0)["kid"], &part(&new, 0)["kid"]), (&json!(RSA.kid), &json!(P256.kid)));
    // The clock does not move, so the keys were fetched a moment ago.
    assert_eq!(service.me(&new).await, 401);
    service.clock.advance(Duration::from_secs(10));
    assert_eq!(service.me(&new).await, 200);
    assert_eq!(service.me(&old).await, 200, "its key is still published");

    provider.keys(&[&P256]);
    service.clock.advance(Duration::from_mins(20));
    assert_eq!(service.me(&old).await, 401, "its key is published no more");
    assert_eq!(service.me(&new).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_killed_and_restarts_with_another_key() {
    let Some(provider) = Provider::start(&[&P256]) else { return };
    let service = service(&provider).await;
    let old = provider.token("worker", REPORTS, "").await;
    assert_eq!(service.me(&old).await, 200);

    let port = provider.kill();
    service.clock.advance(Duration::from_hours(1));
    assert_eq!(service.me(&old).await, 200, "the last keys are kept");
    assert_eq!(service.call("/admin", &old).await, StatusCode::FORBIDDEN);

    let Some(provider) = Provider::start_at(port, &[&ED25519]) else { return };
    let new = provider.token("worker", REPORTS, "").await;
    service.clock.advance(Duration::from_secs(10));
    assert_eq!(service.me(&new).await, 200);
    assert_eq!(service.me(&old).await, 401, "its key did not come back");
}
