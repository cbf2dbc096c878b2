//! `#[rate_limit(..)]`.

use std::net::SocketAddr;
use std::time::Duration;

use auth_core::limits::RateLimits;
use auth_core::prelude::*;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::map_request;

use crate::service::{Answer, NOTHING, Service, let_in, refused};

#[require_auth]
#[rate_limit("2/m", by = subject)]
async fn by_subject() {}

#[api_key]
#[rate_limit("2/m", by = key)]
async fn by_key() {}

#[require_auth]
#[rate_limit("2/m", by = address)]
async fn by_address() {}

#[require_auth]
#[rate_limit("2/m burst 1", by = subject)]
#[rate_limit("3/h", by = subject)]
async fn several() {}

/// Expanded apart from the guard.
#[cfg_attr(all(), rate_limit("1/m", by = subject))]
#[require_auth]
async fn apart() {}

fn app(auth: &Auth) -> axum::Router {
    routes().with_state(auth.clone())
}

fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/by_subject", get(by_subject))
        .route("/by_key", get(by_key))
        .route("/by_address", get(by_address))
        .route("/several", get(several))
        .route("/apart", get(apart))
}

fn limited() -> Answer {
    Answer { status: 429, challenge: String::new() }
}

#[tokio::test]
async fn a_limit_by_subject_counts_subjects_that_the_guard_lets_in() {
    let service = Service::start(app).await;
    let (ada, bob) = (service.token(&[]).await, service.token(&[]).await);
    for _ in 0..5 {
        assert_eq!(service.anonymously("/by_subject").await, refused(401, NOTHING));
    }
    for _ in 0..2 {
        assert_eq!(service.with_token("/by_subject", &ada).await, let_in());
    }
    assert_eq!(service.with_token("/by_subject", &ada).await, limited());
    assert_eq!(service.with_token("/by_subject", &bob).await, let_in());
    service.wait(Duration::from_secs(30));
    assert_eq!(service.with_token("/by_subject", &ada).await, let_in());
    assert_eq!(service.with_token("/by_subject", &ada).await, limited());
}

#[tokio::test]
async fn a_limit_by_key_counts_keys() {
    let service = Service::start(app).await;
    let (one, other) = (service.key(&[]).await, service.key(&[]).await);
    for _ in 0..2 {
        assert_eq!(service.with_key("/by_key", &one).await, let_in());
    }
    assert_eq!(service.with_key("/by_key", &one).await, limited());
    assert_eq!(service.with_key("/by_key", &other).await, let_in());
}

#[tokio::test]
async fn a_limit_by_address_comes_before_the_guard() {
    let service = Service::start(app).await;
    let token = service.token(&[]).await;
    for _ in 0..2 {
        assert_eq!(service.anonymously("/by_address").await, refused(401, NOTHING));
    }
    assert_eq!(service.anonymously("/by_address").await, limited());
    assert_eq!(service.with_token("/by_address", &token).await, limited());
}

async fn without_an_address(mut request: Request) -> Request {
    request.extensions_mut().remove::<ConnectInfo<SocketAddr>>();
    request
}

#[tokio::test]
async fn clients_without_an_address_share_a_limit() {
    let service = Service::start(|auth| app(auth).layer(map_request(without_an_address))).await;
    for _ in 0..2 {
        assert_eq!(service.anonymously("/by_address").await, refused(401, NOTHING));
    }
    assert_eq!(service.anonymously("/by_address").await, limited());
}

#[tokio::test]
async fn all_of_several_limits_must_be_met() {
    let service = Service::start(app).await;
    let token = service.token(&[]).await;
    for _ in 0..3 {
        assert_eq!(service.with_token("/several", &token).await, let_in());
        assert_eq!(service.with_token("/several", &token).await, limited());
        service.wait(Duration::from_secs(30));
    }
    assert_eq!(service.with_token("/several", &token).await, limited());
}

#[tokio::test]
async fn a_limit_that_expands_apart_from_the_guard_counts() {
    let service = Service::start(app).await;
    let token = service.token(&[]).await;
    assert_eq!(service.with_token("/apart", &token).await, let_in());
    assert_eq!(service.with_token("/apart", &token).await, limited());
}

#[tokio::test]
async fn no_route_is_limited_when_limits_are_off() {
    let service = Service::start_with(|builder| builder.rate_limits(RateLimits::off()), app).await;
    let token = service.token(&[]).await;
    for _ in 0..5 {
        assert_eq!(service.with_token("/by_subject", &token).await, let_in());
    }
}

#[test]
fn the_policy_table_shows_the_limits() {
    let table = routes().policy();
    let of = |path: &str| table.routes().iter().find(|row| row.path == path).unwrap();
    assert_eq!(of("/several").limits, [r#""2/m burst 1", by = subject"#, r#""3/h", by = subject"#]);
    assert!(table.to_string().contains(r#"auth, rate_limit("2/m", by = address)"#), "{table}");
}
