//! RFC 6750 section 3: what a resource answers.

use crate::service::Service;

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
async fn rfc6750_s2_3_a_token_in_the_url_counts_for_nothing() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let answer = service.http.get(format!("{}/me?access_token={token}", service.url)).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}
