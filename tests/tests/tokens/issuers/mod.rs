//! A resource server with tokens of other issuers.

mod claims;
mod dpop;
mod header;
mod invalid_answers;
mod keys;
mod provider;
mod server;
mod subjects;
mod trust;

use std::time::Duration;

use auth_core::issuer::Issuer;
use auth_core::prelude::*;
use auth_core::testing::TestClock;
use auth_core::{AuthBuilder, Timestamp};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::forge::Forger;
use server::IssuerServer;

const NOW: i64 = 1_800_000_000;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Reader,
    #[role(includes(Reader))]
    Admin,
}

#[require_auth]
async fn me(identity: Identity, claims: Claims) -> String {
    assert_eq!(identity.subject(), &claims.sub);
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn admin() {}

#[require_scope("reports:read")]
async fn reports() {}

#[require(fresh("10m"))]
async fn recent() {}

#[require(claim("tenant", "acme"))]
async fn tenant() {}

#[require(not(claim("realm_access.groups", "banned")))]
async fn unbanned() {}

#[require(not(role(Admin)))]
async fn not_admin() {}

#[require(not(scope("reports:read")))]
async fn not_reports() {}

#[require(not(amr("pwd")))]
async fn not_password() {}

#[require(not(fresh("10m")))]
async fn not_recent() {}

#[require(mfa)]
async fn strong() {}

/// Answers with additional claims, where they have the expected type.
#[require_auth]
async fn additional_claims(claims: Claims) -> String {
    let teams: Option<Vec<String>> = claims.get("organisation.teams");
    let tenant: Option<String> = claims.get("https://app.example/tenant");
    format!("{} {}", tenant.unwrap_or_default(), teams.unwrap_or_default().join(","))
}

/// A resource server without users, which trusts issuers.
struct Service {
    url: String,
    clock: TestClock,
    http: reqwest::Client,
}

impl Service {
    async fn trusting(issuers: impl IntoIterator<Item = Issuer>) -> Self {
        let builder = Auth::resource_server("api");
        Self::start(issuers.into_iter().fold(builder, AuthBuilder::trust), TestClock::at(Timestamp::from_secs(NOW)))
            .await
    }

    async fn start(builder: AuthBuilder, clock: TestClock) -> Self {
        Self::serve(builder.clock(clock.clone()).build().unwrap(), clock).await
    }

    async fn serve(auth: Auth, clock: TestClock) -> Self {
        let routes = GuardedRouter::new()
            .route("/me", get(me))
            .route("/additional_claims", get(additional_claims))
            .route("/admin", get(admin))
            .route("/tenant", get(tenant))
            .route("/unbanned", get(unbanned))
            .route("/reports", get(reports))
            .route("/recent", get(recent))
            .route("/strong", get(strong))
            .route("/not/admin", get(not_admin))
            .route("/not/reports", get(not_reports))
            .route("/not/password", get(not_password))
            .route("/not/recent", get(not_recent));
        // The environment of one test names a proxy.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url: auth_tests::serve(routes.with_state(auth)).await, clock, http }
    }

    async fn call(&self, path: &str, token: &str) -> StatusCode {
        self.http.get(format!("{}{path}", self.url)).bearer_auth(token).send().await.unwrap().status()
    }

    async fn me(&self, token: &str) -> u16 {
        self.call("/me", token).await.as_u16()
    }

    async fn subject(&self, token: &str) -> String {
        self.text("/me", token).await
    }

    async fn text(&self, path: &str, token: &str) -> String {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(token).send().await.unwrap();
        response.error_for_status().unwrap().text().await.unwrap()
    }
}

/// The issuer with the tests' settings: without TLS, on this machine, which may be busy.
fn trust(server: &IssuerServer) -> Issuer {
    Issuer::new(&server.url, "api").unwrap().plain_http().timeout(Duration::from_mins(1))
}

/// The claims of a token with `aud` "api".
fn claims(issuer: &str) -> Map<String, Value> {
    let claims = json!({
        "iss": issuer, "sub": "ada", "aud": "api", "exp": NOW + 600, "iat": NOW, "jti": "1", "client_id": "app",
    });
    claims.as_object().unwrap().clone()
}

/// A token of this issuer, signed by the key `kid`.
fn token(forger: &Forger, kid: &str, claims: Map<String, Value>) -> String {
    let header = json!({ "typ": "at+jwt", "alg": format!("{:?}", forger.algorithm), "kid": kid });
    forger.token(&header.to_string(), &Value::from(claims).to_string())
}

/// Starts an issuer with one key, `k`, and a service that trusts it.
async fn pair() -> (IssuerServer, Service, Forger) {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let service = Service::trusting([trust(&server)]).await;
    (server, service, Forger::es256())
}
