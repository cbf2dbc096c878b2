//! Every guard and extractor uses the one verification, and sees the request as the client sent it.

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::{AuthBuilder, Dpop, ProofError, Refusal, Rule};
use auth_tests::serve;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing;
use reqwest::Method;

use super::{Bound, Prover, proof};
use crate::service::Answer;

guard!(Known = auth);
guard!(Either = any(auth, api_key));

#[require_auth]
async fn guarded(_: Identity, _: Claims, _: Principal, _: Option<Identity>) -> &'static str {
    "known"
}

#[require_auth(optional)]
async fn optional(caller: Option<Identity>) -> &'static str {
    if caller.is_some() { "known" } else { "unknown" }
}

#[require(any(auth, api_key))]
async fn either(_: Principal) -> &'static str {
    "known"
}

struct AllowAll;

impl Rule for AllowAll {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        Ok(matches!(caller, Principal::Subject(_)))
    }
}

#[require_auth]
#[authorize(AllowAll)]
async fn ruled(Path(_): Path<String>) -> &'static str {
    "known"
}

#[public]
async fn open(_: Principal) -> &'static str {
    "known"
}

async fn identified(_: Identity) -> &'static str {
    "known"
}

/// The extractor after an optional guard authenticates again.
async fn perhaps(caller: Option<Claims>) -> &'static str {
    if caller.is_some() { "known" } else { "unknown" }
}

fn app(auth: &Auth) -> Router {
    let plain =
        || Router::new().route("/identified", routing::get(identified)).route("/perhaps", routing::get(perhaps));
    let inner = GuardedRouter::new()
        .route("/guarded", get(guarded).post(guarded))
        .route("/users/{id}", get(ruled))
        .guard::<Known>();
    let routes = GuardedRouter::new()
        .nest("/inner", GuardedRouter::new().nest("/most", inner))
        .route("/guarded", get(guarded))
        .route("/optional", get(optional))
        .route("/either", get(either))
        .route("/open", get(open))
        .nest_unchecked("/plain", plain())
        .nest_unchecked("/layered", plain().layer(Known::layer(auth)))
        .nest_unchecked("/either-way", plain().layer(Either::layer(auth)))
        .fallback(guarded);
    Router::new().nest("/outer", routes.with_state(auth.clone()))
}

struct Nested {
    /// Routes of the same `Auth` that issue tokens.
    bound: Bound,
    url: String,
}

impl Nested {
    async fn start() -> Self {
        let bound = Bound::optional().await;
        let app = app(&bound.auth);
        Self { url: serve(app).await, bound }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(&self.url, method, path, headers).await
    }
}

async fn request(url: &str, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = reqwest::Client::new().request(method, format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

const EVERYWHERE: &[&str] = &[
    "/outer/guarded",
    "/outer/inner/most/guarded",
    "/outer/inner/most/users/ada",
    "/outer/optional",
    "/outer/either",
    "/outer/open",
    "/outer/plain/identified",
    "/outer/plain/perhaps",
    "/outer/layered/identified",
    "/outer/layered/perhaps",
    "/outer/either-way/identified",
    "/outer/nowhere",
];

#[tokio::test]
async fn every_guard_and_extractor_accepts_one_proof_for_the_whole_request() {
    let (nested, prover) = (Nested::start().await, Prover::es256());
    let token = nested.bound.login(Some(&prover.for_tokens(&nested.bound))).await.access();
    let authorization = format!("DPoP {token}");
    for path in EVERYWHERE {
        let used = prover.using(&nested.bound, "GET", path, &token);
        let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
        let answer = nested.send(Method::GET, path, &headers).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "known"), "{path}: {:?}", nested.bound.reasons.take());
        let again = nested.send(Method::GET, path, &headers).await;
        again.is_refused_use("invalid_dpop_proof", path);
        nested.bound.reasons.are(&proof(ProofError::Replayed), path);
    }
}

#[tokio::test]
async fn every_guard_and_extractor_refuses_a_bound_token_without_its_proof() {
    let (nested, prover, thief) = (Nested::start().await, Prover::es256(), Prover::another());
    let token = nested.bound.login(Some(&prover.for_tokens(&nested.bound))).await.access();
    let (bearer, dpop) = (format!("Bearer {token}"), format!("DPoP {token}"));
    for path in EVERYWHERE {
        let elsewhere = prover.using(&nested.bound, "GET", "/elsewhere", &token);
        let posted = prover.using(&nested.bound, "POST", path, &token);
        let stolen = thief.using(&nested.bound, "GET", path, &token);
        let without_prefix = prover.using(&nested.bound, "GET", &path["/outer".len()..], &token);
        for (case, headers, error) in [
            ("as a bearer token", vec![("Authorization", bearer.as_str())], "invalid_token"),
            ("no proof", vec![("Authorization", &dpop)], "invalid_dpop_proof"),
            ("elsewhere", vec![("Authorization", &dpop), ("DPoP", &elsewhere)], "invalid_dpop_proof"),
            ("another method", vec![("Authorization", &dpop), ("DPoP", &posted)], "invalid_dpop_proof"),
            ("another key", vec![("Authorization", &dpop), ("DPoP", &stolen)], "invalid_token"),
            ("without prefix", vec![("Authorization", &dpop), ("DPoP", &without_prefix)], "invalid_dpop_proof"),
        ] {
            let answer = nested.send(Method::GET, path, &headers).await;
            answer.is_refused_use(error, &format!("{path}, {case}"));
        }
    }
}

#[tokio::test]
async fn a_request_may_be_written_differently_from_its_proof() {
    let (nested, prover) = (Nested::start().await, Prover::es256());
    let token = nested.bound.login(Some(&prover.for_tokens(&nested.bound))).await.access();
    let authorization = format!("DPoP {token}");
    for (written, proved, status) in [
        ("/outer/inner/most/users/%61da", "/outer/inner/most/users/ada", 200),
        ("/outer/inner/most/users/a%2fb", "/outer/inner/most/users/a%2Fb", 200),
        ("/outer/inner/most/users/a%2fb", "/outer/inner/most/users/a/b", 401),
    ] {
        let used = prover.using(&nested.bound, "GET", proved, &token);
        let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
        assert_eq!(nested.send(Method::GET, written, &headers).await.status, status, "{written} with {proved}");
    }
}

#[tokio::test]
async fn htm_is_compared_with_the_method_of_the_request() {
    let (nested, prover) = (Nested::start().await, Prover::es256());
    let token = nested.bound.login(Some(&prover.for_tokens(&nested.bound))).await.access();
    let authorization = format!("DPoP {token}");
    let path = "/outer/inner/most/guarded";
    // HEAD is answered by the handler of GET.
    for (sent, proved, status) in
        [("POST", "POST", 200), ("HEAD", "HEAD", 200), ("HEAD", "GET", 401), ("GET", "HEAD", 401), ("GET", "POST", 401)]
    {
        let used = prover.using(&nested.bound, proved, path, &token);
        let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
        let answer = nested.send(sent.parse().unwrap(), path, &headers).await;
        assert_eq!(answer.status, status, "{sent} with a proof for {proved}");
    }
}

/// Authenticates again, with an `Auth` that has no such session.
async fn other(
    State(_): State<Auth>,
    caller: Result<Option<Identity>, auth_core::http::Rejection>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    assert!(caller.is_err(), "the other has no such session");
    next.run(request).await
}

#[tokio::test]
async fn a_second_verification_after_another_auth_is_not_a_replay() {
    let prover = Prover::es256();
    let first = Bound::optional().await;
    let store = MemoryStore::default();
    // The other `Auth` has the same issuer, key and sessions, and its own replay memory.
    let second = Bound::start(|builder: AuthBuilder| builder.store(store).dpop(Dpop::optional())).await;
    let token = first.login(Some(&prover.for_tokens(&first))).await.access();
    let app = Router::new()
        .route("/", routing::get(|_: Identity| async { "known" }))
        .with_state(first.auth.clone())
        // The other `Auth` has no such session; its answer is ignored.
        .layer(axum::middleware::from_fn_with_state(second.auth.clone(), other))
        .layer(Known::layer(&first.auth));
    let url = serve(app).await;
    let used = prover.using(&first, "GET", "/", &token);
    let headers = [("Authorization", format!("DPoP {token}")), ("DPoP", used)];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(request(&url, Method::GET, "/", &headers).await.status, 200);
    assert_eq!(request(&url, Method::GET, "/", &headers).await.status, 401);
}

#[tokio::test]
async fn an_api_key_is_accepted_beside_a_bound_token() {
    let (nested, prover) = (Nested::start().await, Prover::es256());
    let key = nested.bound.api_key(&[]).await;
    for headers in [[("X-API-Key", key.clone())], [("Authorization", format!("Bearer {key}"))]] {
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(nested.send(Method::GET, "/outer/either", &headers).await.status, 200);
    }
    let answer = nested.send(Method::GET, "/outer/either", &[]).await;
    for scheme in ["Bearer", "DPoP", "ApiKey"] {
        assert!(answer.challenge_of(scheme).is_some(), "{scheme}");
    }
    // An API key is not a token, and is not treated as one.
    let used = prover.using(&nested.bound, "GET", "/outer/either", &key);
    let authorization = format!("DPoP {key}");
    let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
    nested.send(Method::GET, "/outer/either", &headers).await.is_refused_use("invalid_token", "a key");
}
