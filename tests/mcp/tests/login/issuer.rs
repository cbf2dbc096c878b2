//! An authorization server for the tests: its only user is logged in, and agrees to everything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use auth_core::http::Json;
use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::sign_in;
use auth_core::token::{Es256, SigningKey};
use auth_core::{Context, Part, Registration};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Form, FromRef, Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bound;

pub(crate) const CALLBACK: &str = "http://127.0.0.1:1/callback";

#[derive(Deserialize)]
struct Asked {
    client_id: String,
    redirect_uri: String,
    scope: String,
    resource: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
}

#[derive(Clone)]
pub(crate) struct Issuer {
    auth: Auth,
    pub(crate) user: SubjectId,
    pub(crate) url: Arc<str>,
    /// What clients asked for, by the code that they got.
    asked: Arc<Mutex<HashMap<String, Asked>>>,
}

impl FromRef<Issuer> for Auth {
    fn from_ref(issuer: &Issuer) -> Self {
        issuer.auth.clone()
    }
}

impl Issuer {
    /// An issuer whose tokens are for `audience`.
    pub(crate) async fn start(audience: &str) -> Self {
        let (listener, url) = bound().await;
        let auth = Auth::builder(SigningKey::<Es256>::generate().unwrap(), &url, audience);
        let auth = auth.store(MemoryStore::new()).scopes(["notes:read", "notes:write"]).build().unwrap();
        let ada = Registration::new("ada@example.com", "three words and a comma");
        let (user, _) = auth.register(&Context::system("test"), ada).await.unwrap();
        let issuer = Self { auth, user, url: url.into(), asked: Arc::default() };
        let router = GuardedRouter::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/register", post(register))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .merge(issuer.auth.routes().only([Part::Keys]));
        let app = router.with_state::<()>(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    pub(crate) async fn token(&self, scope: &str) -> String {
        sign_in(&self.auth, &self.user, "pwd", scope).await.unwrap().expose().to_owned()
    }
}

#[public]
async fn metadata(State(issuer): State<Issuer>) -> Json<Value> {
    let url = &*issuer.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "registration_endpoint": format!("{url}/register"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

/// RFC 7591.
#[public]
async fn register(Json(mut client): Json<Value>) -> (StatusCode, Json<Value>) {
    assert_eq!(client["redirect_uris"], json!([CALLBACK]));
    client["client_id"] = "registered".into();
    (StatusCode::CREATED, Json(client))
}

#[public]
async fn authorize(State(issuer): State<Issuer>, Query(asked): Query<Asked>) -> Redirect {
    let expected = ("registered", CALLBACK, "S256");
    assert_eq!((&*asked.client_id, &*asked.redirect_uri, &*asked.code_challenge_method), expected);
    let mut known = issuer.asked.lock().unwrap();
    let code = format!("code-{}", known.len());
    let back = format!("{CALLBACK}?code={code}&state={}", asked.state);
    known.insert(code, asked);
    Redirect::to(&back)
}

#[derive(Deserialize)]
struct Exchange {
    code: String,
    code_verifier: String,
    resource: String,
}

#[public]
async fn token(State(issuer): State<Issuer>, Form(form): Form<Exchange>) -> Json<Value> {
    let asked = issuer.asked.lock().unwrap().remove(&form.code).expect("a code that was issued, once");
    let challenge = BASE64URL.encode(digest(&SHA256, form.code_verifier.as_bytes()));
    assert_eq!((challenge, form.resource), (asked.code_challenge, asked.resource));
    let token = issuer.token(&asked.scope).await;
    Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 900, "scope": asked.scope }))
}
