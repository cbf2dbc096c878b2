//! RFC 6749 sections 3.2, 3.3, 4.3 and 5: the token endpoint.

use serde_json::Value;

use crate::service::{EMAIL, PASSWORD, Service};

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

#[tokio::test]
async fn rfc6749_s5_1_a_token_response_has_every_member_in_its_form() {
    let service = Service::start().await;
    let answer = service.password(&[("scope", "profile")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    assert!(body["access_token"].as_str().is_some_and(|token| token.split('.').count() == 3));
    assert!(body["refresh_token"].as_str().is_some_and(|token| token.starts_with("rt_")));
    assert!(body["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")));
    assert_eq!(body["expires_in"], Value::from(900), "a number of seconds");
    assert_eq!(body["scope"], "profile");
    assert_eq!(service.me(&answer.access()).await, 200);
}

#[tokio::test]
async fn rfc6749_s5_1_no_token_response_is_stored() {
    let service = Service::start().await;
    let first = service.password(&[]).await;
    first.is_not_stored();
    service.refresh(&first.refresh(), &[]).await.is_not_stored();
}

#[tokio::test]
async fn rfc6749_s4_3_only_the_services_own_client_has_the_password_grant() {
    let service = Service::start().await;
    // Swagger UI's Authorize button sends an empty client id and secret.
    for authorization in [None, Some("Basic Og==")] {
        let form = [
            ("grant_type", "password"),
            ("username", EMAIL),
            ("password", PASSWORD),
            ("client_id", ""),
            ("client_secret", ""),
        ];
        assert_eq!(service.post_as("/auth/token", authorization, &form).await.status, 200);
    }
    // Its id is the audience.
    assert_eq!(service.password(&[("client_id", "api")]).await.status, 200);
}

#[tokio::test]
async fn rfc6749_s5_2_invalid_grant_is_400_for_a_wrong_password_of_any_user() {
    let service = Service::start().await;
    let mut bodies = Vec::new();
    for username in [EMAIL, "unknown@example.com"] {
        let form = [("grant_type", "password"), ("username", username), ("password", "wrong")];
        let answer = service.token(&form).await;
        answer.is_error(400, "invalid_grant");
        bodies.push(answer.body);
    }
    assert_eq!(bodies[0], bodies[1], "the answer reveals whether the account exists");
}

#[tokio::test]
async fn rfc6749_s5_2_invalid_grant_is_400_for_every_invalid_refresh_token() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    let (refresh, access) = (tokens.refresh(), tokens.access());
    let truncated = &refresh[..refresh.len() - 1];
    for token in ["rt_unknown", truncated, access.as_str(), "\u{1F980}", "a b"] {
        service.refresh(token, &[]).await.is_error(400, "invalid_grant");
    }
    service.advance(7 * 24 * 3600);
    service.refresh(&refresh, &[]).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn rfc6749_s5_2_unsupported_grant_type_is_400() {
    let service = Service::start().await;
    for grant in ["authorization_code", "client_credentials", "Password", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
    {
        service.token(&[("grant_type", grant)]).await.is_error(400, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn rfc6749_s5_2_unauthorized_client_is_400() {
    let service = Service::start().await;
    service.password(&[("client_id", "refresh-only")]).await.is_error(400, "unauthorized_client");
}

#[tokio::test]
async fn rfc6749_s5_2_invalid_request_is_400_for_a_missing_parameter() {
    let service = Service::start().await;
    for form in [
        &[][..],
        &[("grant_type", "")],
        &[("grant_type", "password")],
        &[("grant_type", "password"), ("username", EMAIL)],
        &[("grant_type", "password"), ("password", PASSWORD)],
        &[("grant_type", "password"), ("username", EMAIL), ("password", "")],
        &[("grant_type", "refresh_token")],
    ] {
        service.token(form).await.is_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn rfc6749_s3_2_a_repeated_parameter_is_invalid_request() {
    let service = Service::start().await;
    let first = service.password(&[]).await.refresh();
    for repeated in [("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD), ("password", "")] {
        service.password(&[repeated]).await.is_error(400, "invalid_request");
    }
    service.password(&[("scope", "profile"), ("scope", "profile")]).await.is_error(400, "invalid_request");
    service.password(&[("client_id", "app"), ("client_id", "app")]).await.is_error(400, "invalid_request");
    service.refresh(&first, &[("refresh_token", &first)]).await.is_error(400, "invalid_request");
    assert_eq!(service.refresh(&first, &[]).await.status, 200, "a refused request spent the token");
}

#[tokio::test]
async fn rfc6749_s3_2_unknown_and_empty_parameters_are_ignored() {
    let service = Service::start().await;
    let more = [("resource", "a"), ("resource", "b"), ("audience", "x"), ("scope", ""), ("\u{1F980}", "%")];
    assert_eq!(service.password(&more).await.status, 200);
}

#[tokio::test]
async fn rfc6749_s3_2_parameters_in_the_url_are_ignored() {
    let service = Service::start().await;
    let path = format!("/auth/token?grant_type=password&username={EMAIL}&password=correct+horse+battery+staple");
    service.post(&path, &[]).await.is_error(400, "invalid_request");
}

#[tokio::test]
async fn rfc6749_s3_2_the_endpoint_takes_only_post() {
    let service = Service::start().await;
    let answer = service.http.get(format!("{}/auth/token", service.url)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
}

/// Appendix B: form encoding.
#[tokio::test]
async fn rfc6749_s3_2_a_malformed_body_is_invalid_request() {
    let service = Service::start().await;
    // Just over the limit: with a much larger body the connection may be closed before the answer is read.
    let large = format!("grant_type=password&username=a&password={}", "a".repeat(64 * 1024));
    for (content_type, body) in [
        (None, b"grant_type=password".to_vec()),
        (Some("application/json"), br#"{"grant_type":"password"}"#.to_vec()),
        (Some("text/plain"), b"grant_type=password".to_vec()),
        (Some("application/x-www-form-urlencoded-not"), b"grant_type=password".to_vec()),
        (FORM, b"grant_type=pass\xFFword".to_vec()),
        (FORM, b"grant_type=password&username=%FF&password=a".to_vec()),
        (FORM, large.into_bytes()),
    ] {
        for path in ["/auth/token", "/auth/revoke"] {
            service.post_raw(path, None, content_type, body.clone()).await.is_error(400, "invalid_request");
        }
    }
    let charset = Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    service.post_raw("/auth/token", None, charset, "grant_type=none").await.is_error(400, "unsupported_grant_type");
}

#[tokio::test]
async fn rfc6749_s3_3_and_rfc6749_s5_2_a_scope_that_may_not_be_granted_is_invalid_scope() {
    let service = Service::start().await;
    for scope in ["admin", "profile admin", "profile  reports:read", " profile", "profile\tadmin", "Profile", "\"", "é"]
    {
        service.password(&[("scope", scope)]).await.is_error(400, "invalid_scope");
    }
    // The granted scope depends on the client.
    service.password(&[("client_id", "app"), ("scope", "reports:read")]).await.is_error(400, "invalid_scope");
    assert_eq!(service.password(&[("client_id", "app"), ("scope", "profile")]).await.text("scope"), "profile");
}

#[tokio::test]
async fn rfc6749_s3_3_without_a_scope_none_is_granted_and_none_is_returned() {
    let service = Service::start().await;
    let answer = service.password(&[]).await;
    assert!(answer.json().get("scope").is_none(), "an empty scope is no scope: {}", answer.body);
    assert_eq!(service.get("/reports", &answer.access()).await.status, 403);
    let granted = service.password(&[("scope", "reports:read profile")]).await;
    assert_eq!(service.get("/reports", &granted.access()).await.status, 200);
}

#[tokio::test]
async fn rfc7009_s2_2_1_an_unavailable_store_is_503_and_not_a_client_error() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("service.db").display());
    let store = auth_core::store::SqliteStore::open(&url).await.unwrap();
    let service = Service::start_with(|builder| builder.sessions(store.clone())).await;
    let tokens = service.password(&[]).await;
    store.close().await;
    let refused = service.refresh(&tokens.refresh(), &[]).await;
    refused.is_error(503, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    let refused = service.post("/auth/revoke", &[("token", &tokens.refresh())]).await;
    refused.is_error(503, "temporarily_unavailable");
}
