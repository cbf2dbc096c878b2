//! `#[authorize(..)]`: conditions and rules over the handler's parameters, before and after the body.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use auth_core::prelude::*;
use auth_core::require_scope as scoped;
use auth_core::store::StoreError;
use auth_core::{Refusal, Rule, SubjectId};
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRef, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use reqwest::Method;
use serde::Deserialize;

use crate::service::{Answer, INSUFFICIENT, NOTHING, Service, let_in, refused, refused_with_key};

/// Documents by index, each with an owner and a tenant; `None` is a store that does not answer.
#[derive(Clone)]
struct Documents(Option<Vec<Document>>);

#[derive(Clone)]
struct Document {
    owner: SubjectId,
    tenant: &'static str,
}

impl Documents {
    async fn find(&self, id: usize) -> Result<Option<Document>, StoreError> {
        tokio::task::yield_now().await;
        let documents = self.0.as_ref().ok_or_else(|| StoreError::unavailable("gone"))?;
        Ok(documents.get(id).cloned())
    }
}

#[derive(Clone, FromRef)]
struct Data {
    auth: Auth,
    documents: Documents,
}

/// The owner rule.
struct Owns<'a>(&'a Documents, usize);

impl Rule for Owns<'_> {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        let Principal::Subject(identity) = caller else { return Ok(false) };
        let document = self.0.find(self.1).await?;
        Ok(document.is_some_and(|document| document.owner == *identity.subject()))
    }
}

/// The tenant rule: the caller belongs to the tenant in its credential's scope.
struct SameTenant<'a>(&'a Documents, usize);

impl Rule for SameTenant<'_> {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        let Some(document) = self.0.find(self.1).await? else { return Ok(false) };
        Ok(match caller {
            Principal::Subject(identity) => identity.has_scope(document.tenant),
            Principal::ApiKey(key) => key.has_scope(document.tenant),
            _ => false,
        })
    }
}

#[derive(Deserialize)]
struct Patch {
    title: String,
}

#[require_auth]
#[authorize(Owns(&documents, id))]
async fn edit(State(documents): State<Documents>, Path(id): Path<usize>, Json(patch): Json<Patch>) -> String {
    patch.title
}

#[require(any(auth, api_key))]
#[authorize(SameTenant(&documents, id))]
async fn read(State(documents): State<Documents>, Path(id): Path<usize>) {}

#[require(auth(optional))]
#[authorize(Owns(&documents, id))]
async fn peek(State(documents): State<Documents>, Path(id): Path<usize>) {}

#[require_auth]
#[authorize(identity.subject().as_str() == id)]
async fn early(identity: Identity, Path(id): Path<String>, Json(patch): Json<Patch>) -> String {
    patch.title
}

#[require_auth]
#[authorize(patch.title == "mine")]
async fn late(Json(patch): Json<Patch>) -> String {
    patch.title
}

/// `.await` and `?` in a condition work as in the handler's body.
#[require_auth]
#[authorize(documents.find(id).await.map_err(|_| StatusCode::BAD_GATEWAY)?.ok_or(StatusCode::NOT_FOUND)?.tenant == "a")]
async fn waits_and_fails(
    State(documents): State<Documents>,
    Path(id): Path<usize>,
    Json(patch): Json<Patch>,
) -> Result<String, StatusCode> {
    Ok(patch.title)
}

/// A renamed attribute works on the result of the attributes above it.
#[require_auth]
#[authorize(id > 0)]
#[scoped("a")]
async fn apart(Path(id): Path<usize>, State(_): State<Documents>) {}

fn router() -> GuardedRouter<Data> {
    GuardedRouter::new()
        .route("/waits/{id}", put(waits_and_fails))
        .route("/documents/{id}", put(edit).get(read))
        .route("/peek/{id}", get(peek))
        .route("/early/{id}", put(early))
        .route("/late", put(late))
        .route("/apart/{id}", get(apart))
        .layer(DefaultBodyLimit::max(64))
}

async fn start(documents: Option<Vec<Document>>) -> Service {
    Service::start(|auth| router().with_state(Data { auth: auth.clone(), documents: Documents(documents) })).await
}

async fn put_json(service: &Service, path: &str, token: &str, kind: &str, body: &str) -> Answer {
    let request = service.request(Method::PUT, path).bearer_auth(token).header("content-type", kind);
    Answer::of(&request.body(body.to_owned()).send().await.unwrap())
}

const JSON: &str = "application/json";

#[tokio::test]
async fn an_owner_rule_lets_only_the_owner_in() {
    let (auth, _, store) = crate::service::auth(|builder| builder);
    let owner = crate::service::user(&store, vec![]).await;
    let other = crate::service::user(&store, vec![]).await;
    let documents = Documents(Some(vec![Document { owner: owner.clone(), tenant: "a" }]));
    let app = router().with_state(Data { auth: auth.clone(), documents });
    let service = Service::start(|_| app).await;
    let token = async |user| {
        let token = auth_core::testing::sign_in(&auth, user, "pwd", "").await.unwrap();
        token.expose().to_owned()
    };
    let (owner, other) = (token(&owner).await, token(&other).await);
    let good = r#"{"title":"x"}"#;
    assert_eq!(put_json(&service, "/documents/0", &owner, JSON, good).await, let_in());
    assert_eq!(put_json(&service, "/documents/0", &other, JSON, good).await, refused(403, INSUFFICIENT));
    assert_eq!(put_json(&service, "/documents/1", &owner, JSON, good).await, refused(403, INSUFFICIENT));
    // The rule is decided before the body is read; only the owner sees the body's error.
    assert_eq!(put_json(&service, "/documents/0", &other, JSON, "{").await, refused(403, INSUFFICIENT));
    assert_eq!(put_json(&service, "/documents/0", &owner, JSON, "{").await.status, 400);

    assert_eq!(service.with_token("/peek/0", &owner).await, let_in());
    assert_eq!(service.with_token("/peek/0", &other).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/peek/0").await, refused(401, NOTHING), "an anonymous caller meets no rule");
}

#[tokio::test]
async fn a_tenant_rule_takes_subjects_and_programs() {
    let service = start(Some(vec![Document { owner: SubjectId::random(), tenant: "tenant:a" }])).await;
    let user = service.user(&[]).await;
    let (a, b) = (service.token_of(&user, "pwd", "tenant:a").await, service.token_of(&user, "pwd", "tenant:b").await);
    let (key_a, key_b) = (service.key(&["tenant:a"]).await, service.key(&["tenant:b"]).await);
    assert_eq!(service.with_token("/documents/0", &a).await, let_in());
    assert_eq!(service.with_token("/documents/0", &b).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_key("/documents/0", &key_a).await, let_in());
    assert_eq!(service.with_key("/documents/0", &key_b).await, refused(403, INSUFFICIENT));
    assert_eq!(service.anonymously("/documents/0").await, refused_with_key(401, NOTHING));
}

#[tokio::test]
async fn a_rule_whose_store_does_not_answer_refuses_with_503() {
    let service = start(None).await;
    let token = service.token(&[]).await;
    assert_eq!(service.with_token("/documents/0", &token).await.status, 503);
    assert_eq!(put_json(&service, "/documents/0", &token, JSON, r#"{"title":"x"}"#).await.status, 503);
}

#[tokio::test]
async fn forbidden_comes_before_413_415_and_422() {
    let service = start(Some(vec![])).await;
    let user = service.user(&[]).await;
    let token = service.token_of(&user, "pwd", "").await;
    let large = format!(r#"{{"title":"{}"}}"#, "x".repeat(100));
    let own = format!("/early/{user}");
    for (kind, body, status) in
        [(JSON, large.as_str(), 413), ("text/plain", "x", 415), (JSON, "{}", 422), (JSON, "{", 400)]
    {
        assert_eq!(put_json(&service, "/early/other", &token, kind, body).await, refused(403, INSUFFICIENT), "{body}");
        assert_eq!(put_json(&service, &own, &token, kind, body).await.status, status, "{body}");
    }
    assert_eq!(put_json(&service, &own, &token, JSON, r#"{"title":"x"}"#).await, let_in());
    let anonymous = service.request(Method::PUT, "/early/other").body("{").send().await.unwrap();
    assert_eq!(Answer::of(&anonymous), refused(401, NOTHING));
}

#[tokio::test]
async fn a_condition_over_the_body_is_decided_after_it_is_read() {
    let service = start(Some(vec![])).await;
    let token = service.token(&[]).await;
    assert_eq!(put_json(&service, "/late", &token, JSON, r#"{"title":"mine"}"#).await, let_in());
    assert_eq!(put_json(&service, "/late", &token, JSON, r#"{"title":"yours"}"#).await, refused(403, INSUFFICIENT));
    assert_eq!(put_json(&service, "/late", &token, JSON, "{}").await.status, 422);
}

#[tokio::test]
async fn a_condition_awaits_and_fails_as_the_handler_does() {
    let document = |tenant| Document { owner: SubjectId::random(), tenant };
    let service = start(Some(vec![document("a"), document("b")])).await;
    let token = service.token(&[]).await;
    assert_eq!(put_json(&service, "/waits/0", &token, JSON, r#"{"title":"x"}"#).await, let_in());
    // Each answers before the body is read, which is malformed.
    assert_eq!(put_json(&service, "/waits/1", &token, JSON, "{").await, refused(403, INSUFFICIENT));
    assert_eq!(put_json(&service, "/waits/2", &token, JSON, "{").await.status, 404);
    assert_eq!(put_json(&service, "/waits/0", &token, JSON, "{").await.status, 400);
    let gone = start(None).await;
    let token = gone.token(&[]).await;
    assert_eq!(put_json(&gone, "/waits/0", &token, JSON, "{").await.status, 502);
}

#[tokio::test]
async fn a_guard_below_a_condition_still_applies() {
    let service = start(Some(vec![])).await;
    let user = service.user(&[]).await;
    let (with, without) = (service.token_of(&user, "pwd", "a").await, service.token_of(&user, "pwd", "").await);
    assert_eq!(service.anonymously("/apart/1").await, refused(401, "scope=\"a\""));
    assert_eq!(service.with_token("/apart/1", &without).await.status, 403);
    assert_eq!(service.with_token("/apart/0", &with).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_token("/apart/1", &with).await, let_in());
}

#[require_auth]
#[authorize(method == Method::OPTIONS)]
async fn options_only(method: Method) {}

#[require_auth]
#[authorize(false)]
async fn never() {}

#[tokio::test]
async fn a_condition_answers_in_every_place_of_a_handler() {
    use auth_core::routing::{any, get as get_};
    let service = Service::start(|auth| {
        GuardedRouter::new()
            .route("/first", get_(never).post(options_only).options(options_only))
            .route("/any", any(options_only))
            .method_not_allowed_fallback(never)
            .fallback(never)
            .with_state(auth.clone())
    })
    .await;
    let token = service.token(&[]).await;
    let answer = async |method: Method, path: &str| {
        Answer::of(&service.request(method, path).bearer_auth(&token).send().await.unwrap())
    };
    for (method, path) in [
        (Method::GET, "/first"),
        (Method::HEAD, "/first"),
        (Method::POST, "/first"),
        (Method::DELETE, "/first"),
        (Method::PATCH, "/any"),
        (Method::GET, "/nowhere"),
    ] {
        assert_eq!(answer(method.clone(), path).await, refused(403, INSUFFICIENT), "{method} {path}");
    }
    assert_eq!(answer(Method::OPTIONS, "/first").await, let_in());
    assert_eq!(answer(Method::OPTIONS, "/any").await, let_in());
}

#[tokio::test]
async fn layers_see_the_answer_of_a_condition() {
    let mark = axum::middleware::map_response(async |mut answer: axum::response::Response| {
        answer.headers_mut().insert("x-seen", axum::http::HeaderValue::from_static("yes"));
        answer
    });
    let service = Service::start(|auth| {
        let methods = get(never).layer(mark);
        GuardedRouter::new().route("/", methods).with_state(auth.clone())
    })
    .await;
    let token = service.token(&[]).await;
    let answer = service.get("/").bearer_auth(token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("x-seen").is_some()), (403, true));
}

#[tokio::test]
async fn a_condition_answers_in_a_plain_router() {
    use axum::routing;
    let service = Service::start(|auth| {
        let routes = axum::Router::new().route("/", routing::options(options_only).get(options_only));
        routes.with_state(auth.clone())
    })
    .await;
    let token = service.token(&[]).await;
    let answer =
        async |method: Method| Answer::of(&service.request(method, "/").bearer_auth(&token).send().await.unwrap());
    assert_eq!(service.anonymously("/").await, refused(401, NOTHING), "the guard comes first");
    assert_eq!(answer(Method::GET).await, refused(403, INSUFFICIENT));
    assert_eq!(answer(Method::OPTIONS).await, let_in());
}

/// Spawns each request, as a layer for timeouts or shutdown may.
#[derive(Clone)]
struct Spawning<Inner>(Inner);

impl<Inner> tower_service::Service<Request> for Spawning<Inner>
where
    Inner: tower_service::Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let task = tokio::spawn(self.0.call(request));
        Box::pin(async { task.await.unwrap() })
    }
}

#[tokio::test]
async fn a_condition_answers_behind_a_layer_that_spawns_its_handler() {
    let service = Service::start(|auth| {
        let spawned = get(options_only).options(options_only).layer(tower_layer::layer_fn(Spawning));
        GuardedRouter::new().route("/", spawned).with_state(auth.clone())
    })
    .await;
    let token = service.token(&[]).await;
    let answer = async |method: Method| {
        let request = service.request(method, "/").bearer_auth(&token).timeout(Duration::from_secs(10));
        Answer::of(&request.send().await.unwrap())
    };
    assert_eq!(answer(Method::OPTIONS).await, let_in());
    assert_eq!(answer(Method::GET).await, refused(403, INSUFFICIENT));
}
