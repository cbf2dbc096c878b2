//! A service on a bound socket, with strict assertions on its answers.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::{MemoryStore, SqliteStore};
use auth_core::testing::TestClock;
use auth_core::token::{Hs256, SigningKey};
use auth_core::{AuthBuilder, Context, GrantType, NewApiKey, OAuthClient, Registration, Timestamp};
use axum::extract::{FromRequestParts as _, State};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, PRAGMA, WWW_AUTHENTICATE};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// The secret of the confidential client `backend`, with characters that form encoding changes.
pub(crate) const SECRET: &str = "b7Qm-2xVfL9z:T4kWc 8Ry+N1s%Hd6&Gj=0PaE";
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) auth: Auth,
    pub(crate) clock: TestClock,
    pub(crate) http: reqwest::Client,
    pub(crate) subject: SubjectId,
    _folder: Option<TempDir>,
}

#[require_auth]
async fn me(identity: Identity, State(_): State<Auth>) -> String {
    identity.subject().to_string()
}

#[require_scope("reports:read")]
async fn reports(State(_): State<Auth>) -> &'static str {
    "reports"
}

fn clients(builder: AuthBuilder) -> AuthBuilder {
    let both = [GrantType::Password, GrantType::RefreshToken];
    let secret = SECRET.to_owned().into();
    builder
        .scopes(["profile", "reports:read"])
        .client(OAuthClient::public("app").unwrap().grants(both).scopes(["profile"]))
        .client(OAuthClient::confidential("backend", &secret).unwrap().grants(both).scopes(["reports:read", "jobs"]))
        .client(OAuthClient::public("refresh-only").unwrap())
}

fn key() -> SigningKey<Hs256> {
    SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap()
}

/// Serves an `Auth` and two guarded routes.
pub(crate) async fn serve(auth: Auth) -> String {
    let routes = GuardedRouter::new().route("/me", get(me)).route("/reports", get(reports)).merge(auth.routes());
    auth_tests::serve(routes.with_state(auth)).await
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    pub(crate) async fn start_with(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let builder = Auth::builder(key(), ISSUER, "api").store(MemoryStore::default());
        Self::serve(set(clients(builder)), None).await
    }

    /// With a real SQLite file.
    pub(crate) async fn on_sqlite(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("service.db").display());
        let builder = Auth::builder(key(), ISSUER, "api").store(SqliteStore::open(&url).await.unwrap());
        Self::serve(set(clients(builder)), Some(folder)).await
    }

    async fn serve(builder: AuthBuilder, folder: Option<TempDir>) -> Self {
        let clock = TestClock::at(NOW);
        let auth = builder.clock(clock.clone()).build().unwrap();
        let (subject, _) =
            auth.register(&Context::system("test"), Registration::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
        Self { url: serve(auth.clone()).await, auth, clock, http: reqwest::Client::new(), subject, _folder: folder }
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    /// Posts a form to an OAuth endpoint.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(path, None, form).await
    }

    /// With an `Authorization` header.
    pub(crate) async fn post_as(&self, path: &str, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
        self.post_raw(path, authorization, Some("application/x-www-form-urlencoded"), encode(form)).await
    }

    pub(crate) async fn post_raw(
        &self,
        path: &str,
        authorization: Option<&str>,
        content_type: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body);
        if let Some(kind) = content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/auth/token", form).await
    }

    /// A password grant, with more parameters.
    pub(crate) async fn password(&self, more: &[(&str, &str)]) -> Answer {
        let form = [&[("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD)], more].concat();
        self.token(&form).await
    }

    /// A refresh, with more parameters.
    pub(crate) async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        self.token(&[&[("grant_type", "refresh_token"), ("refresh_token", token)], more].concat()).await
    }

    pub(crate) async fn get(&self, path: &str, access_token: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(access_token);
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn identity(&self, access_token: &str) -> Identity {
        let request = axum::http::Request::builder().header(AUTHORIZATION, format!("Bearer {access_token}"));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        Identity::from_request_parts(&mut parts, &self.auth).await.unwrap()
    }

    /// The status of `GET /me` with this token.
    pub(crate) async fn me(&self, access_token: &str) -> u16 {
        self.get("/me", access_token).await.status
    }

    /// An API key with these scopes.
    pub(crate) async fn api_key(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|&scope| scope.into()).collect();
        let new = NewApiKey { scopes, ..NewApiKey::new("resource server") };
        self.auth.create_api_key(&Context::system("test"), &self.subject, new).await.unwrap().key.expose().to_owned()
    }

    pub(crate) async fn introspect(&self, key: &str, token: &str) -> Answer {
        self.post_as("/auth/introspect", Some(&format!("Bearer {key}")), &[("token", token)]).await
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(crate) fn challenge(&self) -> &str {
        self.header(WWW_AUTHENTICATE.as_str())
    }

    /// A value of a successful token response.
    pub(crate) fn text(&self, name: &str) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }

    pub(crate) fn access(&self) -> String {
        self.text("access_token")
    }

    pub(crate) fn refresh(&self) -> String {
        self.text("refresh_token")
    }

    /// Asserts an error of RFC 6749 section 5.2, with its common properties.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.json()["error"].as_str()), (status, Some(error)), "{}", self.body);
        self.is_not_stored();
        let body = self.json();
        for (name, value) in body.as_object().unwrap() {
            assert!(["error", "error_description"].contains(&name.as_str()), "{name} is not a member of an error");
            let text = value.as_str().unwrap();
            assert!(!text.is_empty() && text.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')), "{text}");
        }
        assert_eq!(status == 401, !self.challenge().is_empty(), "a challenge belongs to 401, and to nothing else");
    }

    #[track_caller]
    pub(crate) fn is_not_stored(&self) {
        assert_eq!(self.header(CACHE_CONTROL.as_str()), "no-store");
        assert_eq!(self.header(PRAGMA.as_str()), "no-cache");
    }
}

pub(crate) fn encode(form: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

pub(crate) fn escape(text: &str) -> String {
    let escaped = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

/// The `Authorization` header of a client.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    raw_basic(&format!("{}:{}", escape(id), escape(secret)))
}

pub(crate) fn raw_basic(text: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(text))
}
