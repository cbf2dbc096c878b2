//! Guarded responses are for their caller alone: caches may not store them, unless the handler says so.

use auth_core::Refusal;
use auth_core::prelude::*;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use reqwest::Method;
use reqwest::redirect::Policy;

use crate::handlers::Staff;
use crate::service::Role::Moderator;
use crate::service::Service;

#[require_auth]
async fn own() -> &'static str {
    "own"
}

#[require_auth(optional)]
async fn optional() {}

#[api_key]
async fn keyed() {}

#[public]
async fn open() {}

#[public]
async fn gone() -> Refusal {
    Refusal::NotFound { what: "file" }
}

#[require_auth]
#[authorize(identity.has_scope("none"))]
async fn never(identity: Identity) {}

#[require_auth]
async fn redirect() -> Redirect {
    Redirect::to("/own")
}

#[require_auth]
async fn missing() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[require_auth]
async fn conditional(headers: HeaderMap) -> Response {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, "\"1\"")]).into_response();
    }
    ([(header::ETAG, "\"1\"")], "own").into_response()
}

#[require_auth]
async fn unreadable(_: axum::Json<u8>) {}

#[require_auth]
async fn sets_its_own() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "private, max-age=60")], "own")
}

fn plain() -> axum::Router<Auth> {
    axum::Router::new().route("/file", axum::routing::get(|| async { "a file" }))
}

fn router(auth: &Auth) -> axum::Router {
    GuardedRouter::new()
        .route("/own", get(own).fallback(own))
        .route("/any", any(own))
        .route("/optional", get(optional))
        .route("/keyed", get(keyed))
        .route("/open", get(open))
        .route("/gone", get(gone))
        .route("/never", get(never))
        .route("/redirect", get(redirect))
        .route("/missing", get(missing))
        .route("/conditional", get(conditional))
        .route("/unreadable", post(unreadable))
        .route("/sets-its-own", get(sets_its_own))
        .nest("/staff", GuardedRouter::new().merge_unchecked(plain()).guard::<Staff>())
        .nest_unchecked("/layered", plain().layer(Staff::layer(auth)))
        .nest_unchecked("/plain", plain())
        .fallback(own)
        .merge(auth.routes())
        .with_state(auth.clone())
}

#[tokio::test]
async fn no_cache_may_store_a_guarded_response() {
    let service = Service::start(router).await;
    let token = service.token(&[Moderator]).await;
    let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let caching = async |method: Method, path: &str, name: &str, value: &str| {
        let request = http.request(method, format!("{}{path}", service.url)).header(name, value);
        let response = request.send().await.unwrap();
        let caching = response.headers().get(header::CACHE_CONTROL).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), caching.unwrap_or_default())
    };
    let bearer = format!("Bearer {token}");
    let key = service.key(&[]).await;
    for (method, path, status) in [
        (Method::GET, "/own", 200),
        (Method::HEAD, "/own", 200),
        (Method::PUT, "/own", 200),
        (Method::GET, "/any", 200),
        (Method::GET, "/optional", 200),
        (Method::GET, "/keyed", 401),
        (Method::GET, "/never", 403),
        (Method::GET, "/redirect", 303),
        (Method::GET, "/missing", 404),
        (Method::GET, "/conditional", 200),
        (Method::POST, "/unreadable", 415),
        (Method::GET, "/no-such-route", 200),
        (Method::GET, "/staff/file", 200),
        (Method::GET, "/layered/file", 200),
        (Method::GET, "/auth/sessions", 200),
        (Method::POST, "/auth/login", 415),
        (Method::POST, "/auth/revoke", 400),
        (Method::POST, "/auth/introspect", 401),
        (Method::POST, "/auth/logout", 204),
    ] {
        let answer = caching(method.clone(), path, "authorization", &bearer).await;
        assert_eq!(answer, (status, "no-store".to_owned()), "{method} {path}");
    }
    let no_store = |status| (status, "no-store".to_owned());
    assert_eq!(caching(Method::GET, "/keyed", "x-api-key", &key).await, no_store(200));
    assert_eq!(caching(Method::GET, "/optional", "accept", "*/*").await, no_store(200));
    for (path, status) in [("/own", 401), ("/layered/file", 401), ("/gone", 404)] {
        assert_eq!(caching(Method::GET, path, "accept", "*/*").await, no_store(status), "{path}");
    }

    let token = service.token(&[]).await;
    let known = service.get("/conditional").bearer_auth(&token).header("if-none-match", "\"1\"").send().await.unwrap();
    assert_eq!((known.status().as_u16(), known.headers()[header::CACHE_CONTROL].to_str().unwrap()), (304, "no-store"));
    let own = caching(Method::GET, "/sets-its-own", "authorization", &format!("Bearer {token}")).await;
    assert_eq!(own, (200, "private, max-age=60".to_owned()));
    for path in ["/open", "/plain/file"] {
        assert_eq!(caching(Method::GET, path, "accept", "*/*").await, (200, String::new()), "{path}");
    }
    let (status, keys) = caching(Method::GET, "/.well-known/jwks.json", "accept", "*/*").await;
    assert!(status == 200 && keys.starts_with("public"), "{status} {keys}");
}
