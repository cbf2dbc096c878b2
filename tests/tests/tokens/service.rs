//! A service with one guarded route, on a bound socket.

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::TestClock;
use auth_core::token::KeySet;
use auth_core::{AuthBuilder, Context, Login, Registration, Timestamp};
use axum::extract::State;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "api";
pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A running service and a user who has logged in.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) auth: Auth,
    pub(crate) clock: TestClock,
    pub(crate) http: reqwest::Client,
    /// A valid token.
    pub(crate) token: String,
}

impl Service {
    pub(crate) async fn start(keys: impl Into<KeySet>) -> Self {
        Self::start_with(keys, |builder| builder).await
    }

    pub(crate) async fn start_with(keys: impl Into<KeySet>, set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = TestClock::at(NOW);
        let builder = Auth::builder(keys, ISSUER, AUDIENCE).store(MemoryStore::default()).clock(clock.clone());
        let auth = set(builder).build().unwrap();
        auth.register(&Context::system("test"), Registration::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
        let token = auth
            .login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned()))
            .await
            .unwrap()
            .access
            .expose()
            .to_owned();
        Self { url: serve(auth.clone()).await, auth, clock, http: reqwest::Client::new(), token }
    }

    /// The status of `GET /me` with this token.
    pub(crate) async fn me(&self, token: &str) -> u16 {
        self.http.get(format!("{}/me", self.url)).bearer_auth(token).send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    pub(crate) fn now(&self) -> i64 {
        use auth_core::Clock;
        self.clock.now().as_secs()
    }

    /// The claims of the valid token.
    pub(crate) fn claims(&self) -> Map<String, Value> {
        part(&self.token, 1)
    }

    pub(crate) fn header(&self) -> Map<String, Value> {
        part(&self.token, 0)
    }
}

pub(crate) fn part(token: &str, index: usize) -> Map<String, Value> {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[require_auth]
async fn me(identity: Identity, State(_): State<Auth>) -> String {
    identity.subject().to_string()
}

async fn serve(auth: Auth) -> String {
    let routes = GuardedRouter::new().route("/me", get(me)).merge(auth.routes());
    auth_tests::serve(routes.with_state(auth)).await
}
