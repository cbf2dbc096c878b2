//! An issuer whose answers the tests script, right or wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::forge::Forger;

/// One answer.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    pub(crate) location: Option<String>,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self { status: 200, kind: "application/json", body: body.to_string(), location: None }
    }
}

struct Shared {
    metadata: Mutex<Reply>,
    /// At the place of RFC 8414; the same as `metadata` if there is none.
    oauth_metadata: Mutex<Option<Reply>>,
    jwks: Mutex<Reply>,
    fetches: AtomicUsize,
    /// Answers wait while it is false.
    open: watch::Sender<bool>,
    /// Requests that wait.
    waiting: watch::Sender<usize>,
}

/// A running issuer.
pub(crate) struct IssuerServer {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

impl IssuerServer {
    pub(crate) async fn start(keys: &[(&str, &Forger)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") });
        let shared = Arc::new(Shared {
            metadata: Mutex::new(Reply::json(&metadata)),
            oauth_metadata: Mutex::default(),
            jwks: Mutex::new(Reply::json(&set(keys))),
            fetches: AtomicUsize::new(0),
            open: watch::Sender::new(true),
            waiting: watch::Sender::new(0),
        });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(openid))
            .route("/.well-known/oauth-authorization-server", get(metadata_of_rfc_8414))
            .route("/jwks", get(jwks))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, shared }
    }

    pub(crate) fn keys(&self, keys: &[(&str, &Forger)]) {
        self.jwks(Reply::json(&set(keys)));
    }

    pub(crate) fn jwks(&self, reply: Reply) {
        *self.shared.jwks.lock().unwrap() = reply;
    }

    pub(crate) fn metadata(&self, reply: Reply) {
        *self.shared.metadata.lock().unwrap() = reply;
    }

    pub(crate) fn oauth_metadata(&self, reply: Reply) {
        *self.shared.oauth_metadata.lock().unwrap() = Some(reply);
    }

    /// The number of key fetches.
    pub(crate) fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// Holds answers until [`go_on`](Self::go_on).
    pub(crate) fn hang(&self) {
        self.shared.open.send_replace(false);
    }

    pub(crate) fn go_on(&self) {
        self.shared.open.send_replace(true);
    }

    /// Waits until a request waits for its answer.
    pub(crate) async fn is_asked(&self) {
        self.shared.waiting.subscribe().wait_for(|waiting| *waiting > 0).await.unwrap();
    }
}

pub(crate) fn set(keys: &[(&str, &Forger)]) -> Value {
    json!({ "keys": keys.iter().map(|(kid, forger)| public(kid, forger)).collect::<Vec<_>>() })
}

pub(crate) fn public(kid: &str, forger: &Forger) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&forger.key, forger.algorithm).unwrap()).unwrap();
    jwk["kid"] = kid.into();
    jwk
}

async fn answer(shared: &Shared, reply: impl Fn(&Shared) -> Reply) -> Response {
    shared.waiting.send_modify(|waiting| *waiting += 1);
    shared.open.subscribe().wait_for(|open| *open).await.unwrap();
    shared.waiting.send_modify(|waiting| *waiting -= 1);
    let reply = reply(shared);
    let status = StatusCode::from_u16(reply.status).unwrap();
    let mut response = (status, [("content-type", reply.kind)], reply.body).into_response();
    if let Some(location) = reply.location {
        response.headers_mut().insert("location", location.parse().unwrap());
    }
    response
}

async fn openid(State(shared): State<Arc<Shared>>) -> Response {
    answer(&shared, |shared| shared.metadata.lock().unwrap().clone()).await
}

async fn metadata_of_rfc_8414(State(shared): State<Arc<Shared>>) -> Response {
    answer(&shared, |shared| {
        let own = shared.oauth_metadata.lock().unwrap().clone();
        own.unwrap_or_else(|| shared.metadata.lock().unwrap().clone())
    })
    .await
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    answer(&shared, |shared| shared.jwks.lock().unwrap().clone()).await
}
