//! Credential sources of an application, and headers that no source reads.

use auth_core::prelude::*;
use auth_core::{AuthBuilder, BuildError, CredentialSource, testing};

use crate::handlers::router;
use crate::service::{Answer, INVALID, NOTHING, Service, let_in, refused};

fn added(builder: AuthBuilder) -> AuthBuilder {
    builder
        .credential_source(CredentialSource::scheme("Token"))
        .credential_source(CredentialSource::cookie("access"))
        .credential_source(CredentialSource::header("X-Service-Key").api_key())
}

async fn start() -> Service {
    Service::start_with(added, |auth| router().with_state(auth.clone())).await
}

async fn send(service: &Service, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(service.get(path), |request, (name, value)| request.header(*name, *value));
    Answer::of(&request.send().await.unwrap())
}

#[tokio::test]
async fn a_token_comes_by_an_added_scheme_and_by_a_cookie() {
    let service = start().await;
    let token = service.token(&[]).await;
    let scheme = format!("Token {token}");
    let cookie = format!("theme=dark; access={token}");
    assert_eq!(send(&service, "/auth", &[("authorization", &scheme)]).await, let_in());
    assert_eq!(send(&service, "/auth", &[("cookie", &cookie)]).await, let_in());
    let key = service.key(&[]).await;
    assert_eq!(send(&service, "/api-key", &[("x-service-key", &key)]).await, let_in());
}

#[tokio::test]
async fn challenges_name_an_added_scheme() {
    let service = start().await;
    let both = |error: &str| Answer {
        status: 401,
        challenge: format!("Bearer realm=\"api\"{error} & Token realm=\"api\"{error}"),
    };
    assert_eq!(service.anonymously("/auth").await, both(""));
    let forged = both(", error=\"invalid_token\"");
    assert_eq!(send(&service, "/auth", &[("authorization", "Token forged")]).await, forged);
    assert_eq!(send(&service, "/auth", &[("cookie", "access=forged")]).await, forged);
}

#[tokio::test]
async fn a_header_takes_precedence_over_a_cookie_and_two_headers_are_refused() {
    let service = start().await;
    let token = service.token(&[]).await;
    let (cookie, bearer) = (format!("access={token}"), format!("Bearer {token}"));
    // A browser sends the cookie automatically, so the header alone decides.
    let forged = send(&service, "/auth", &[("cookie", &cookie), ("authorization", "Bearer forged")]).await;
    assert_eq!(forged.status, 401);
    assert_eq!(send(&service, "/auth", &[("cookie", "access=forged"), ("authorization", &bearer)]).await, let_in());
    let key = service.key(&[]).await;
    let twice = send(&service, "/api-key", &[("x-service-key", &key), ("x-api-key", &key)]).await;
    assert_eq!(twice.status, 400);
    let doubled = format!("access={token}; access={token}");
    assert_eq!(send(&service, "/auth", &[("cookie", &doubled)]).await.status, 400);
}

#[tokio::test]
async fn a_header_that_no_source_reads_is_not_anonymous() {
    let service = Service::start(|auth| router().with_state(auth.clone())).await;
    assert_eq!(service.anonymously("/optional").await, let_in());
    for foreign in ["Basic eDp5", "Digest username=\"x\"", "Token abc", "garbage", ""] {
        let headers = [("authorization", foreign)];
        assert_eq!(send(&service, "/optional", &headers).await, refused(401, INVALID), "{foreign:?}");
        // A required credential is missing: RFC 6750 section 3.1 wants no `error` for it.
        assert_eq!(send(&service, "/auth", &headers).await, refused(401, NOTHING), "{foreign:?}");
    }
}

#[tokio::test]
async fn an_optional_extractor_refuses_an_unknown_scheme() {
    #[public]
    async fn greet(identity: Option<Identity>) -> &'static str {
        identity.map_or("hello", |_| "welcome back")
    }
    let app = |auth: &Auth| GuardedRouter::new().route("/", get(greet)).with_state(auth.clone());
    let service = Service::start(app).await;
    assert_eq!(service.anonymously("/").await, let_in());
    assert_eq!(send(&service, "/", &[("authorization", "Basic eDp5")]).await, refused(401, INVALID));
}

#[test]
fn an_invalid_source_is_refused_at_start() {
    for source in [CredentialSource::scheme("To ken"), CredentialSource::header("authorization")] {
        let built = testing::in_memory().credential_source(source).build();
        assert!(matches!(built, Err(BuildError::Setting { setting: "credential_source", .. })), "{built:?}");
    }
}
