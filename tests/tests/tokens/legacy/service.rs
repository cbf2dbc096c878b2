//! A service that accepts tokens of a former one until a set time.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::TestClock;
use auth_core::token::SigningKey;
use auth_core::{AuthBuilder, Context, LegacyTokens, Registration, Timestamp};
use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::forge::{Forger, SECRET};
use crate::service::{EMAIL, PASSWORD};

pub(super) const NOW: i64 = 2_500_000_000;
/// How long legacy tokens are accepted.
pub(super) const SPAN: Duration = Duration::from_hours(24 * 30);
const OWN_SECRET: &str = "tests/tokens/legacy, our own: 5Hq8vT2m";

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Admin,
}

#[require_auth]
async fn me(identity: Identity, claims: Claims) -> String {
    assert_eq!(identity.subject(), &claims.sub);
    assert!(identity.session().is_none() || claims.sid.is_some());
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn admin() {}

#[require_scope("profile")]
async fn profile() {}

#[require(fresh("10m"))]
async fn recent() {}

#[require(mfa)]
async fn strong() {}

#[require(not(claim("banned", "true")))]
async fn not_banned() {}

#[require(not(amr("otp")))]
async fn not_by_code() {}

#[require(not(scope("profile")))]
async fn not_profile() {}

pub(super) struct Service {
    pub(super) url: String,
    pub(super) auth: Auth,
    pub(super) clock: TestClock,
    pub(super) store: MemoryStore,
    /// The user, an administrator.
    pub(super) user: SubjectId,
}

pub(super) fn legacy() -> LegacyTokens {
    LegacyTokens::new(&SECRET.to_owned().into(), Timestamp::from_secs(NOW).after(SPAN)).unwrap()
}

impl Service {
    /// A service that reads `sub` as the user's id.
    pub(super) async fn start() -> Self {
        Self::start_with(|builder| builder.legacy_tokens(legacy())).await
    }

    pub(super) async fn start_with(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let (clock, store) = (TestClock::at(Timestamp::from_secs(NOW)), MemoryStore::default());
        let key = SigningKey::hs256(&OWN_SECRET.to_owned().into()).unwrap();
        let builder = Auth::builder(key, "https://issuer.example", "api").store(store.clone()).clock(clock.clone());
        let auth = set(builder.scopes(["profile"])).build().unwrap();
        let registration = Registration::new(EMAIL, PASSWORD.to_owned()).with_roles([Role::Admin]);
        let (user, _) = auth.register(&Context::system("test"), registration).await.unwrap();
        let routes = GuardedRouter::new()
            .route("/me", get(me))
            .route("/admin", get(admin))
            .route("/profile", get(profile))
            .route("/recent", get(recent))
            .route("/strong", get(strong))
            .route("/not-banned", get(not_banned))
            .route("/not-by-code", get(not_by_code))
            .route("/not-profile", get(not_profile))
            .merge(auth.routes());
        let url = auth_tests::serve(routes.with_state(auth.clone())).await;
        Self { url, auth, clock, store, user }
    }

    /// The claims of a valid token.
    pub(super) fn claims(&self) -> Map<String, Value> {
        let claims = json!({ "sub": self.user, "exp": NOW + 3600, "type": "access" });
        claims.as_object().unwrap().clone()
    }

    pub(super) async fn send(&self, method: Method, path: &str, token: &str) -> StatusCode {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url)).bearer_auth(token);
        request.send().await.unwrap().status()
    }

    pub(super) async fn get(&self, path: &str, token: &str) -> u16 {
        self.send(Method::GET, path, token).await.as_u16()
    }

    pub(super) async fn me(&self, token: &str) -> u16 {
        self.get("/me", token).await
    }

    /// The status of `GET /me` with these claims, signed as the former service did.
    pub(super) async fn says(&self, claims: Map<String, Value>) -> u16 {
        self.me(&token(claims)).await
    }
}

/// A token as the former service issued it.
pub(super) fn token(claims: Map<String, Value>) -> String {
    Forger::hs256().token(r#"{"alg":"HS256","typ":"JWT"}"#, &Value::from(claims).to_string())
}
