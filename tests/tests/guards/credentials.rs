//! How credentials are sent, and which forms are refused.

use crate::handlers::router;
use crate::service::{Answer, INVALID, NOTHING, Service, let_in, refused, refused_with_key};

async fn start() -> Service {
    Service::start(|auth| router().with_state(auth.clone())).await
}

async fn send(service: &Service, path: &str, headers: &[(&str, &[u8])]) -> Answer {
    let mut request = service.get(path);
    for (name, value) in headers {
        request = request.header(*name, reqwest::header::HeaderValue::from_bytes(value).unwrap());
    }
    Answer::of(&request.send().await.unwrap())
}

#[tokio::test]
async fn an_api_key_comes_in_its_header_as_bearer_and_by_its_own_scheme() {
    let service = start().await;
    let key = service.key(&[]).await;
    for (name, value) in [
        ("x-api-key", key.clone()),
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("ApiKey {key}")),
        ("authorization", format!("apikey  {key}")),
    ] {
        assert_eq!(send(&service, "/api-key", &[(name, value.as_bytes())]).await, let_in(), "{name}: {value}");
    }
    let other = format!("ApiKey {key}x");
    assert_eq!(
        send(&service, "/api-key", &[("authorization", other.as_bytes())]).await,
        refused_with_key(401, INVALID)
    );
}

#[tokio::test]
async fn credentials_of_one_kind_sent_twice_are_400() {
    let service = start().await;
    let (key, token) = (service.key(&[]).await, service.token(&[]).await);
    let (bearer, scheme, token) = (format!("Bearer {key}"), format!("ApiKey {key}"), format!("Bearer {token}"));
    let (key, bearer, scheme, token) = (key.as_bytes(), bearer.as_bytes(), scheme.as_bytes(), token.as_bytes());
    let ambiguous = refused(400, "error=\"invalid_request\"");
    for (path, headers) in [
        ("/api-key", [("x-api-key", key), ("x-api-key", key)]),
        ("/api-key", [("x-api-key", key), ("authorization", bearer)]),
        ("/api-key", [("x-api-key", key), ("authorization", scheme)]),
        ("/api-key", [("authorization", bearer), ("authorization", scheme)]),
        ("/auth", [("authorization", token), ("authorization", token)]),
        ("/either", [("authorization", token), ("authorization", scheme)]),
    ] {
        assert_eq!(send(&service, path, &headers).await, ambiguous, "{path}");
    }
}

#[tokio::test]
async fn a_credential_that_is_not_ascii_is_invalid() {
    let service = start().await;
    let broken: &[u8] = b"Bearer \xff\xfe";
    assert_eq!(send(&service, "/auth", &[("authorization", broken)]).await, refused(401, INVALID));
    assert_eq!(send(&service, "/api-key", &[("authorization", broken)]).await, refused_with_key(401, INVALID));
    assert_eq!(send(&service, "/api-key", &[("authorization", b"ApiKey \xff")]).await, refused_with_key(401, INVALID));
    assert_eq!(send(&service, "/api-key", &[("x-api-key", b"ak_\xff")]).await, refused_with_key(401, INVALID));
    assert_eq!(send(&service, "/api-key", &[("x-api-key", b"")]).await, refused_with_key(401, INVALID));
    assert_eq!(send(&service, "/auth", &[("authorization", b"Bearer")]).await, refused(401, INVALID));
    // Another scheme is not a credential of these guards.
    assert_eq!(send(&service, "/auth", &[("authorization", b"Basic eA==")]).await, refused(401, NOTHING));
    assert_eq!(send(&service, "/auth", &[("authorization", b"\xff")]).await, refused(401, NOTHING));
}

#[tokio::test]
async fn a_key_and_a_token_together_are_two_kinds() {
    let service = start().await;
    let (key, token) = (service.key(&[]).await, format!("Bearer {}", service.token(&[]).await));
    for path in ["/auth", "/api-key", "/either"] {
        let both = [("x-api-key", key.as_bytes()), ("authorization", token.as_bytes())];
        assert_eq!(send(&service, path, &both).await, let_in(), "{path}");
    }
}

#[test]
fn an_audience_that_a_challenge_cannot_name_is_refused() {
    let key = || auth_core::token::SigningKey::hs256(&"a secret of these tests alone: Vq83".to_owned().into()).unwrap();
    for realm in ["a\"b\\c, error=\"x\"", "\u{e9}", "api\r\nx: y"] {
        let auth = auth_core::Auth::builder(key(), "https://issuer.example", realm);
        let refused = auth.store(auth_core::store::MemoryStore::default()).build().unwrap_err();
        assert!(refused.to_string().contains("AUTH_AUDIENCE"), "{realm:?}: {refused}");
    }
}
