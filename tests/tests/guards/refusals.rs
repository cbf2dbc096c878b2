//! Refusals that handlers return.

use auth_core::http::{ErrorBody, Problem};
use auth_core::prelude::*;
use auth_core::{AccountError, Refusal};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;

use crate::service::Service;

#[require_auth]
async fn forbidden() -> Result<(), Refusal> {
    Err(Refusal::Forbidden)
}

#[public]
async fn missing(State(auth): State<Auth>) -> Result<(), Refusal> {
    auth.account(&SubjectId::random()).await?;
    Ok(())
}

#[public]
async fn wrong_password() -> Result<(), Refusal> {
    Err(AccountError::InvalidCredentials.into())
}

fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/forbidden", get(forbidden))
        .route("/missing", get(missing))
        .route("/wrong-password", get(wrong_password))
}

fn as_text(problem: &Problem) -> axum::response::Response {
    Json([&problem.title]).into_response()
}

async fn body(service: &Service, path: &str) -> (u16, String, String) {
    let token = service.token(&[]).await;
    let response = service.get(path).bearer_auth(token).send().await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), challenge.unwrap_or_default(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_guarded_router_answers_with_its_realm_and_body() {
    let set = |builder: auth_core::AuthBuilder| builder.error_body(ErrorBody::new(as_text));
    let service = Service::start_with(set, |auth| routes().with_state(auth.clone())).await;
    let insufficient = "Bearer realm=\"api\", error=\"insufficient_scope\"";
    assert_eq!(body(&service, "/forbidden").await, (403, insufficient.to_owned(), "[\"Forbidden\"]".to_owned()));
    assert_eq!(body(&service, "/missing").await, (404, String::new(), "[\"Not found\"]".to_owned()));
    let login = ("Bearer realm=\"api\"".to_owned(), "[\"Login failed\"]".to_owned());
    assert_eq!(body(&service, "/wrong-password").await, (401, login.0, login.1));
}

#[tokio::test]
async fn the_innermost_router_answers() {
    let other = |realm: &str| {
        let key = auth_core::token::SigningKey::hs256(&"another secret of these tests: Zk41".to_owned().into());
        let builder = Auth::builder(key.unwrap(), "https://issuer.example", realm);
        builder.store(auth_core::store::MemoryStore::new()).build().unwrap()
    };
    let inner: axum::Router<Auth> = routes().with_state(other("inner"));
    let app = |auth: &Auth| GuardedRouter::new().nest_unchecked("/inner", inner).with_state(auth.clone());
    let service = Service::start(app).await;
    assert_eq!(body(&service, "/inner/wrong-password").await.1, "Bearer realm=\"inner\"");
}

#[tokio::test]
async fn a_plain_router_answers_with_the_defaults() {
    let app =
        |auth: &Auth| axum::Router::new().route("/", axum::routing::get(wrong_password)).with_state::<()>(auth.clone());
    let service = Service::start(app).await;
    let (status, challenge, body) = body(&service, "/").await;
    assert_eq!((status, challenge.as_str()), (401, "Bearer realm=\"api\""));
    assert!(body.contains("\"title\":\"Login failed\""), "{body}");
}
