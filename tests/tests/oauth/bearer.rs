//! RFC 6750 section 3: the answers of a resource server.

use std::collections::BTreeSet;

use auth_core::Auth;
use auth_core::store::MemoryStore;
use auth_core::token::SigningKey;

use crate::service::{ISSUER, Service, serve};

#[tokio::test]
async fn rfc6750_s3_without_a_token_the_challenge_has_no_error() {
    let service = Service::start().await;
    let answer = service.http.get(format!("{}/me", service.url)).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer realm=\"api\"") && !challenge.contains("error="), "{challenge}");
}

#[tokio::test]
async fn rfc6750_s3_1_invalid_token_is_401() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    let (access, refresh) = (tokens.access(), tokens.refresh());
    for token in ["x", "a.b.c", &access[..access.len() - 2], refresh.as_str()] {
        let answer = service.get("/me", token).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.challenge();
        assert!(challenge.starts_with("Bearer ") && challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
    service.advance(900 + 60);
    assert_eq!(service.me(&access).await, 401, "expired");
}

#[tokio::test]
async fn rfc6750_s3_1_insufficient_scope_is_403_and_names_the_scope() {
    let service = Service::start().await;
    let token = service.password(&[("scope", "profile")]).await.access();
    let answer = service.get("/reports", &token).await;
    assert_eq!(answer.status, 403);
    let challenge = answer.challenge();
    assert!(challenge.contains(r#"error="insufficient_scope""#) && challenge.contains(r#"scope="reports:read""#));
}

#[tokio::test]
async fn rfc6750_s3_1_two_credentials_are_invalid_request() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let request = service.http.get(format!("{}/me", service.url)).bearer_auth(&token).bearer_auth(&token);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains(r#"error="invalid_request""#));
}

#[tokio::test]
async fn rfc6750_s2_1_the_scheme_is_read_in_any_case() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = service.http.get(format!("{}/me", service.url));
        let answer = request.header("authorization", format!("{scheme} {token}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{scheme}");
    }
}

#[tokio::test]
async fn rfc6750_s2_3_a_token_in_the_url_is_ignored() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let answer = service.http.get(format!("{}/me?access_token={token}", service.url)).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn rfc6750_s2_1_a_header_without_a_token_is_refused() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let get = |header: String| service.http.get(format!("{}/me", service.url)).header("authorization", header).send();
    for header in ["Bearer".to_owned(), "Bearer ".to_owned(), format!("Bearer {token} x"), format!("Bearer {token},")] {
        let answer = get(header.clone()).await.unwrap();
        assert_eq!(answer.status(), 401, "{header}");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{header}: {challenge}");
    }
    // Another scheme: the request has no token.
    for header in [format!("Basic {token}"), format!("Token {token}"), token.clone(), format!("Bearer{token}")] {
        let answer = get(header.clone()).await.unwrap();
        assert_eq!(answer.status(), 401, "{header}");
        assert!(!answer.headers()["www-authenticate"].to_str().unwrap().contains("error="), "{header}");
    }
}

#[tokio::test]
async fn rfc6750_s2_2_a_token_in_the_body_is_ignored() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let form = [("access_token", token.as_str())];
    let answer = service.http.post(format!("{}/auth/logout", service.url)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(service.me(&token).await, 200, "the token is valid");
}

/// `%x20-21 / %x23-5B / %x5D-7E` within the quotes, and each attribute once.
#[tokio::test]
async fn rfc6750_s3_every_challenge_keeps_the_grammar_with_any_realm() {
    let key = || SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let build = |realm: &str| Auth::builder(key(), ISSUER, realm).store(MemoryStore::default()).build();
    for altered in ["a \"quoted\" realm", "a back\\slashed realm", "a r\u{e9}alm"] {
        assert!(build(altered).is_err(), "{altered}");
    }
    let realm = "a realm = (with, others), and all of !#$%&'*+-./:;<>?@[]^_`{|}~";
    let auth = build(realm).unwrap();
    let url = serve(auth).await;
    let http = reqwest::Client::new();
    for (path, token) in [("/me", None), ("/me", Some("x")), ("/reports", None), ("/reports", Some("x"))] {
        let request = http.get(format!("{url}{path}"));
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let answer = request.send().await.unwrap();
        let challenges: Vec<_> = answer.headers().get_all("www-authenticate").iter().collect();
        assert_eq!(challenges.len(), 1);
        let (scheme, attributes) = challenges[0].to_str().unwrap().split_once(' ').unwrap();
        assert_eq!(scheme, "Bearer");
        let mut names = BTreeSet::new();
        for attribute in attributes.split("\", ") {
            let (name, value) = attribute.split_once("=\"").unwrap();
            let value = value.trim_end_matches('"');
            assert!(value.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')), "{attribute}");
            assert!(names.insert(name.to_owned()), "{name} is there twice");
        }
        assert!(attributes.contains(&format!("realm=\"{realm}\"")), "{attributes}");
        assert_eq!(names.contains("error"), token.is_some());
    }
}
