//! RFC 7662.

use auth_core::store::{AccountPatch, MemoryStore, UserDirectory};

use crate::service::{Answer, ISSUER, Service};

/// `active: false`, and nothing more.
#[track_caller]
fn is_inactive(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"active":false}"#));
    answer.is_not_stored();
}

#[tokio::test]
async fn rfc7662_s2_2_an_access_token_is_told_with_its_claims() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[("client_id", "app"), ("scope", "profile")]).await;
    let answer = service.introspect(&key, &tokens.access()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.is_not_stored();
    let body = answer.json();
    assert_eq!(body["active"], true);
    assert_eq!(body["iss"], ISSUER);
    assert_eq!(body["sub"], service.subject.as_str());
    assert_eq!(body["aud"], "api");
    assert_eq!(body["client_id"], "app");
    assert_eq!(body["scope"], "profile");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["exp"], 1_800_000_900);
    assert_eq!((&body["iat"], &body["nbf"]), (&1_800_000_000.into(), &1_800_000_000.into()));
    assert!(body["jti"].is_string() && body["sid"].is_string());
}

#[tokio::test]
async fn rfc7662_s2_2_a_refresh_token_is_told_without_a_type() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[]).await;
    let body = service.introspect(&key, &tokens.refresh()).await.json();
    assert_eq!((&body["active"], &body["sub"]), (&true.into(), &service.subject.as_str().into()));
    assert_eq!(body["client_id"], "api", "the service's own client is named as the audience");
    assert_eq!(body["exp"], 1_800_000_000 + 7 * 24 * 3600);
    assert!(body.get("token_type").is_none() && body.get("aud").is_none() && body.get("scope").is_none());
    // Asking spends nothing.
    assert_eq!(service.refresh(&tokens.refresh(), &[]).await.status, 200);
}

#[tokio::test]
async fn rfc7662_s2_2_what_is_not_active_is_told_and_nothing_more() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[]).await;
    let access = tokens.access();
    for token in ["unknown", "rt_unknown", "a.b.c", &access[..access.len() - 2], key.as_str()] {
        is_inactive(&service.introspect(&key, token).await);
    }
    let used = tokens.refresh();
    let successor = service.refresh(&used, &[]).await.refresh();
    is_inactive(&service.introspect(&key, &used).await);
    service.advance(900 + 60);
    is_inactive(&service.introspect(&key, &access).await);
    service.advance(7 * 24 * 3600);
    is_inactive(&service.introspect(&key, &successor).await);
}

#[tokio::test]
async fn rfc7662_s4_tokens_of_an_ended_session_are_not_active() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[]).await;
    assert_eq!(service.introspect(&key, &tokens.access()).await.json()["active"], true);
    service.auth.logout_everywhere(&service.subject).await.unwrap();
    for token in [tokens.access(), tokens.refresh()] {
        is_inactive(&service.introspect(&key, &token).await);
    }
}

#[tokio::test]
async fn rfc7662_s4_tokens_of_a_disabled_subject_are_not_active() {
    let store = MemoryStore::default();
    let service = Service::start_with(|builder| builder.store(store.clone())).await;
    let key_owner = auth_core::Registration::new("ops@example.com", crate::service::PASSWORD.to_owned());
    let (owner, _) = service.auth.register(key_owner).await.unwrap();
    let new = auth_core::NewApiKey { name: "rs".to_owned(), scopes: vec!["introspect".into()], expires_in: None };
    let key = service.auth.create_api_key(&owner, new).await.unwrap().key.expose().to_owned();
    let tokens = service.password(&[]).await;
    assert_eq!(service.introspect(&key, &tokens.access()).await.json()["active"], true);
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&service.subject, inactive).await.unwrap();
    service.auth.subject_changed(&service.subject).await;
    for token in [tokens.access(), tokens.refresh()] {
        is_inactive(&service.introspect(&key, &token).await);
    }
}

#[tokio::test]
async fn rfc7662_s2_1_only_an_api_key_with_the_scope_may_ask() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    let form = [("token", token.as_str())];
    let anonymous = service.post("/auth/introspect", &form).await;
    assert_eq!((anonymous.status, &anonymous.json()["error"]), (401, &"invalid_client".into()));
    assert!(anonymous.headers.contains_key("www-authenticate"));

    // Neither a subject nor a key of another scope.
    let by_subject = service.introspect(&token, &token).await;
    assert_eq!((by_subject.status, &by_subject.json()["error"]), (401, &"invalid_token".into()));
    let other = service.api_key(&["reports:read"]).await;
    let by_other = service.introspect(&other, &token).await;
    assert_eq!((by_other.status, &by_other.json()["error"]), (403, &"insufficient_scope".into()));
    for refused in [anonymous, by_subject, by_other] {
        refused.is_not_stored();
        assert!(!refused.body.contains("active"), "{}", refused.body);
    }
}

#[tokio::test]
async fn rfc7662_s2_3_a_missing_or_repeated_token_is_invalid_request() {
    let service = Service::start().await;
    let key = format!("Bearer {}", service.api_key(&["introspect"]).await);
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")]] {
        service.post_as("/auth/introspect", Some(&key), form).await.is_error(400, "invalid_request");
    }
    let json = Some("application/json");
    service.post_raw("/auth/introspect", Some(&key), json, "{}").await.is_error(400, "invalid_request");
}
