//! RFC 7662: token introspection.

use std::time::Duration;

use auth_core::store::{AccountPatch, Audit, MemoryStore, UserDirectory};
use auth_core::{Context, InvalidClient, NewApiKey, OAuthClient, StepUp};
use serde_json::json;

use crate::service::{Answer, ISSUER, PASSWORD, SECRET, Service, basic};

/// `active: false`, and nothing more.
#[track_caller]
fn is_inactive(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"active":false}"#));
    answer.is_not_stored();
}

#[tokio::test]
async fn rfc7662_s2_2_an_access_token_is_described_with_its_claims() {
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
async fn rfc7662_s2_2_a_refresh_token_is_described_without_a_type() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[]).await;
    let body = service.introspect(&key, &tokens.refresh()).await.json();
    assert_eq!((&body["active"], &body["sub"]), (&true.into(), &service.subject.as_str().into()));
    assert_eq!(body["client_id"], "api", "the service's own client is named as the audience");
    assert_eq!(body["exp"], 1_800_000_000 + 7 * 24 * 3600);
    assert!(body.get("token_type").is_none() && body.get("aud").is_none() && body.get("scope").is_none());
    // Introspection does not use a refresh token up.
    assert_eq!(service.refresh(&tokens.refresh(), &[]).await.status, 200);
}

#[tokio::test]
async fn both_tokens_of_a_session_have_the_time_of_its_last_authentication() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    let tokens = service.password(&[]).await;
    let auth_times = async |access: &str| {
        let (access, refresh) =
            (service.introspect(&key, access).await.json(), service.introspect(&key, &tokens.refresh()).await.json());
        (access["auth_time"].clone(), refresh["auth_time"].clone())
    };
    assert_eq!(auth_times(&tokens.access()).await, (json!(1_800_000_000), json!(1_800_000_000)));
    service.advance(60);
    let mut step_up = StepUp::default();
    step_up.password = Some(PASSWORD.to_owned().into());
    let identity = service.identity(&tokens.access()).await;
    let stepped_up = service.auth.step_up(&Context::system("test"), &identity, step_up).await.unwrap();
    assert_eq!(auth_times(stepped_up.access.expose()).await, (json!(1_800_000_060), json!(1_800_000_060)));
}

#[tokio::test]
async fn rfc7662_s2_2_an_inactive_token_is_inactive_and_nothing_more() {
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
    service.auth.logout_everywhere(&Context::system("test"), &service.subject).await.unwrap();
    for token in [tokens.access(), tokens.refresh()] {
        is_inactive(&service.introspect(&key, &token).await);
    }
}

#[tokio::test]
async fn rfc7662_s4_tokens_of_a_disabled_subject_are_not_active() {
    let store = MemoryStore::default();
    let service = Service::start_with(|builder| builder.store(store.clone())).await;
    let key_owner = auth_core::Registration::new("ops@example.com", crate::service::PASSWORD.to_owned());
    let (owner, _) = service.auth.register(&Context::system("test"), key_owner).await.unwrap();
    let new = NewApiKey { scopes: vec!["introspect".into()], ..NewApiKey::new("rs") };
    let key = service.auth.create_api_key(&Context::system("test"), &owner, new).await.unwrap().key.expose().to_owned();
    let tokens = service.password(&[]).await;
    assert_eq!(service.introspect(&key, &tokens.access()).await.json()["active"], true);
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&service.subject, inactive, Audit::none()).await.unwrap();
    service.auth.invalidate_subject(&Context::system("test"), &service.subject).await;
    for token in [tokens.access(), tokens.refresh()] {
        is_inactive(&service.introspect(&key, &token).await);
    }
}

#[tokio::test]
async fn rfc7662_s2_1_the_owner_of_the_api_key_must_be_active() {
    let service = Service::start().await;
    let system = Context::system("test");
    let owner = auth_core::Registration::new("ops@example.com", crate::service::PASSWORD.to_owned());
    let (owner, _) = service.auth.register(&system, owner).await.unwrap();
    let new = NewApiKey { scopes: vec!["introspect".into()], ..NewApiKey::new("rs") };
    let key = service.auth.create_api_key(&system, &owner, new).await.unwrap().key.expose().to_owned();
    let token = service.password(&[]).await.access();
    assert_eq!(service.introspect(&key, &token).await.json()["active"], true);
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    service.auth.update_account(&system, &owner, inactive).await.unwrap();
    let refused = service.introspect(&key, &token).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    assert!(!refused.body.contains("active"), "{}", refused.body);
}

#[tokio::test]
async fn rfc7662_s2_1_only_an_api_key_with_the_scope_may_introspect() {
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

/// The secret of the client `resource-server`, and its requests.
const RS_SECRET: &str = "4f1c9e2ab77d03568cf2e19a40d6b385";

async fn with_a_resource_server() -> Service {
    let client = OAuthClient::confidential("resource-server", &RS_SECRET.to_owned().into()).unwrap();
    Service::start_with(|builder| builder.client(client.may_introspect().unwrap())).await
}

#[tokio::test]
async fn rfc7662_s2_1_a_client_with_the_right_introspects_by_its_secret() {
    let service = with_a_resource_server().await;
    let token = service.password(&[]).await.access();
    let (path, form) = ("/auth/introspect", [("token", token.as_str())]);
    let by_header = service.post_as(path, Some(&basic("resource-server", RS_SECRET)), &form).await;
    let posted = [("client_id", "resource-server"), ("client_secret", RS_SECRET), form[0]];
    let by_form = service.post(path, &posted).await;
    for answer in [by_header, by_form] {
        assert_eq!((answer.status, &answer.json()["active"]), (200, &true.into()), "{}", answer.body);
        answer.is_not_stored();
    }
    let wrong = service.post_as(path, Some(&basic("resource-server", "another")), &form).await;
    assert_eq!(wrong.challenge(), r#"Basic realm="api", charset="UTF-8""#);
    wrong.is_error(401, "invalid_client");
    service.post(path, &posted[..1]).await.is_error(401, "invalid_client");
    // The endpoint's other errors stay the same.
    let twice = [("token", "a"), ("token", "b")];
    service.post_as(path, Some(&basic("resource-server", RS_SECRET)), &twice).await.is_error(400, "invalid_request");
}

#[tokio::test]
async fn rfc7662_s2_1_only_clients_with_the_right_may_introspect() {
    let service = with_a_resource_server().await;
    let token = service.password(&[]).await.access();
    let (path, form) = ("/auth/introspect", [("token", token.as_str())]);
    service.post(path, &form).await.is_error(401, "invalid_client");
    // Public clients, the service's own among them; a confidential client without the right; a subject.
    for id in ["api", "app"] {
        service.post(path, &[("client_id", id), form[0]]).await.is_error(401, "invalid_client");
    }
    service.post_as(path, Some(&basic("backend", SECRET)), &form).await.is_error(400, "unauthorized_client");
    service.post_as(path, Some(&format!("Bearer {token}")), &form).await.is_error(401, "invalid_client");
    // API keys still may.
    let key = service.api_key(&["introspect"]).await;
    assert_eq!(service.introspect(&key, &token).await.json()["active"], true);
    let other = service.api_key(&["reports:read"]).await;
    let by_other = service.introspect(&other, &token).await;
    assert_eq!((by_other.status, &by_other.json()["error"]), (403, &"insufficient_scope".into()));
    let broken = service.introspect(&format!("{}x", &key[..key.len() - 1]), &token).await;
    assert_eq!((broken.status, &broken.json()["error"]), (401, &"invalid_token".into()));
    for refused in [by_other, broken] {
        refused.is_not_stored();
        assert!(!refused.body.contains("active"), "{}", refused.body);
    }
}

#[test]
fn a_client_without_a_secret_cannot_have_the_right_to_introspect() {
    let refused = OAuthClient::public("app").unwrap().may_introspect();
    assert_eq!(refused.unwrap_err(), InvalidClient::PublicMayNotIntrospect);
}

#[tokio::test]
async fn rfc8414_s2_the_metadata_names_the_introspection_endpoint() {
    for (service, methods) in [
        (Service::start().await, json!(["Bearer"])),
        (with_a_resource_server().await, json!(["Bearer", "client_secret_basic", "client_secret_post"])),
    ] {
        let url = format!("{}/.well-known/oauth-authorization-server", service.url);
        let metadata: serde_json::Value = service.http.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(metadata["introspection_endpoint_auth_methods_supported"], methods);
    }
}

#[tokio::test]
async fn rfc7662_s2_1_the_token_is_sent_by_post_in_a_form_and_a_wrong_hint_is_accepted() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    let key = format!("Bearer {}", service.api_key(&["introspect"]).await);
    for (token, hints) in [
        (tokens.access(), ["refresh_token", "access_token", "unknown", ""]),
        (tokens.refresh(), ["access_token", "refresh_token", "unknown", ""]),
    ] {
        for hint in hints {
            let form = [("token", token.as_str()), ("token_type_hint", hint)];
            let answer = service.post_as("/auth/introspect", Some(&key), &form).await;
            assert_eq!(answer.json()["active"], true, "{hint}");
        }
    }
    let in_url = format!("/auth/introspect?token={}", tokens.access());
    service.post_as(&in_url, Some(&key), &[]).await.is_error(400, "invalid_request");
    let got = service.http.get(format!("{}{in_url}", service.url)).header("authorization", key).send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.headers()["allow"].to_str().unwrap()), (405, "POST"));
    assert!(!got.text().await.unwrap().contains("active"));
}

/// RFC 6749 section 5.2, which RFC 7662 section 2.3 refers to.
#[tokio::test]
async fn rfc7662_s2_3_a_client_that_used_basic_gets_a_basic_challenge() {
    for service in [Service::start().await, with_a_resource_server().await] {
        let answer = service.post_as("/auth/introspect", Some(&basic("unknown", "x")), &[("token", "x")]).await;
        assert_eq!((answer.status, &answer.json()["error"]), (401, &"invalid_client".into()));
        let challenges = answer.headers.get_all("www-authenticate").iter();
        let challenges: Vec<_> = challenges.map(|challenge| challenge.to_str().unwrap()).collect();
        assert!(challenges.contains(&r#"Basic realm="api", charset="UTF-8""#), "{challenges:?}");
    }
}

#[tokio::test]
async fn an_api_key_expires() {
    let service = Service::start().await;
    let new = NewApiKey {
        scopes: vec!["introspect".into()],
        expires_in: Some(Duration::from_hours(1)),
        ..NewApiKey::new("rs")
    };
    let key = service.auth.create_api_key(&Context::system("test"), &service.subject, new).await.unwrap().key;
    service.advance(3_599);
    assert_eq!(service.introspect(key.expose(), "rt_unknown").await.status, 200);
    service.advance(1);
    assert_eq!(service.introspect(key.expose(), "rt_unknown").await.status, 401);
}

#[tokio::test]
async fn the_old_secret_of_a_rotated_api_key_expires_with_the_overlap() {
    let service = Service::start().await;
    let new = NewApiKey { scopes: vec!["introspect".into()], ..NewApiKey::new("rs") };
    let old = service.auth.create_api_key(&Context::system("test"), &service.subject, new).await.unwrap().key;
    let next = service.auth.rotate_api_key(&Context::system("test"), old.id()).await.unwrap().key;
    service.advance(24 * 3600 - 1);
    assert_eq!(service.introspect(old.expose(), "rt_unknown").await.status, 200);
    service.advance(1);
    assert_eq!(service.introspect(old.expose(), "rt_unknown").await.status, 401);
    assert_eq!(service.introspect(next.expose(), "rt_unknown").await.status, 200);
}
