//! RFC 7009: token revocation.

use crate::service::{SECRET, Service};

#[tokio::test]
async fn rfc7009_s2_1_revoking_a_refresh_token_revokes_its_access_tokens() {
    let service = Service::start().await;
    let (tokens, other) = (service.password(&[]).await, service.password(&[]).await);
    let answer = service.post("/auth/revoke", &[("token", &tokens.refresh())]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    answer.is_not_stored();
    service.refresh(&tokens.refresh(), &[]).await.is_error(400, "invalid_grant");
    assert_eq!(service.me(&tokens.access()).await, 401);
    assert_eq!(service.me(&other.access()).await, 200, "another session ended");
    assert_eq!(service.refresh(&other.refresh(), &[]).await.status, 200, "another session ended");
}

#[tokio::test]
async fn rfc7009_s2_1_revoking_an_access_token_revokes_its_refresh_token() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    assert_eq!(service.post("/auth/revoke", &[("token", &tokens.access())]).await.status, 200);
    assert_eq!(service.me(&tokens.access()).await, 401);
    service.refresh(&tokens.refresh(), &[]).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn rfc7009_s2_1_a_used_refresh_token_ends_its_family() {
    let service = Service::start().await;
    let first = service.password(&[]).await;
    let second = service.refresh(&first.refresh(), &[]).await;
    assert_eq!(service.post("/auth/revoke", &[("token", &first.refresh())]).await.status, 200);
    assert_eq!(service.me(&second.access()).await, 401);
}

#[tokio::test]
async fn rfc7009_s2_1_a_wrong_hint_is_accepted() {
    let service = Service::start().await;
    for hint in ["access_token", "refresh_token", "saml2", ""] {
        for kind in ["access_token", "refresh_token"] {
            let tokens = service.password(&[]).await;
            let token = tokens.text(kind);
            let form = [("token", token.as_str()), ("token_type_hint", hint)];
            assert_eq!(service.post("/auth/revoke", &form).await.status, 200);
            assert_eq!(service.me(&tokens.access()).await, 401, "hint {hint} for {kind}");
        }
    }
}

#[tokio::test]
async fn rfc7009_s2_2_an_invalid_token_is_200() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    let (refresh, access) = (tokens.refresh(), tokens.access());
    let expired = service.password(&[]).await.access();
    for token in ["unknown", "rt_unknown", "a.b.c", &refresh[1..], &access[..access.len() - 2], "\u{1F980}"] {
        let answer = service.post("/auth/revoke", &[("token", token)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{token}");
    }
    // A second revocation has the same answer.
    for _ in 0..2 {
        assert_eq!(service.post("/auth/revoke", &[("token", &refresh)]).await.status, 200);
    }
    service.advance(3600);
    assert_eq!(service.post("/auth/revoke", &[("token", &expired)]).await.status, 200);
}

#[tokio::test]
async fn rfc7009_s2_1_a_token_of_another_client_is_refused_and_stays_valid() {
    let service = Service::start().await;
    let of_app = service.password(&[("client_id", "app")]).await;
    let secret = ("client_secret", SECRET);
    let strangers: [&[(&str, &str)]; 2] = [&[], &[("client_id", "backend"), secret]];
    for token in [of_app.refresh(), of_app.access()] {
        for stranger in strangers {
            let form = [&[("token", token.as_str())], stranger].concat();
            service.post("/auth/revoke", &form).await.is_error(400, "invalid_grant");
        }
    }
    assert_eq!(service.me(&of_app.access()).await, 200, "another client ended the session");
    let refresh = of_app.refresh();
    let form = [("token", refresh.as_str()), ("client_id", "app")];
    assert_eq!(service.post("/auth/revoke", &form).await.status, 200);
    assert_eq!(service.me(&of_app.access()).await, 401);
}

#[tokio::test]
async fn rfc7009_s2_1_a_confidential_client_must_authenticate() {
    let service = Service::start().await;
    let tokens = service.password(&[("client_id", "backend"), ("client_secret", SECRET)]).await;
    let refresh = tokens.refresh();
    for secret in [&[][..], &[("client_secret", "wrong")]] {
        let form = [&[("token", refresh.as_str()), ("client_id", "backend")], secret].concat();
        service.post("/auth/revoke", &form).await.is_error(401, "invalid_client");
    }
    assert_eq!(service.me(&tokens.access()).await, 200);
    let form = [("token", refresh.as_str()), ("client_id", "backend"), ("client_secret", SECRET)];
    assert_eq!(service.post("/auth/revoke", &form).await.status, 200);
    assert_eq!(service.me(&tokens.access()).await, 401);
}

#[tokio::test]
async fn rfc7009_s2_2_1_another_kind_of_token_is_unsupported_token_type() {
    let service = Service::start().await;
    let key = service.api_key(&["introspect"]).await;
    service.post("/auth/revoke", &[("token", &key)]).await.is_error(400, "unsupported_token_type");
    assert_eq!(service.introspect(&key, "x").await.status, 200, "the key was revoked");
}

#[tokio::test]
async fn rfc7009_s2_2_1_a_missing_or_repeated_token_is_invalid_request() {
    let service = Service::start().await;
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "a")]] {
        service.post("/auth/revoke", form).await.is_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn rfc7009_s2_1_the_token_is_sent_by_post_in_a_form() {
    let service = Service::start().await;
    let tokens = service.password(&[]).await;
    let url = format!("{}/auth/revoke?token={}", service.url, tokens.refresh());
    let got = service.http.get(&url).send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.headers()["allow"].to_str().unwrap()), (405, "POST"));
    let path = format!("/auth/revoke?token={}", tokens.refresh());
    service.post(&path, &[]).await.is_error(400, "invalid_request");
    let json = format!(r#"{{"token":"{}"}}"#, tokens.refresh());
    service.post_raw("/auth/revoke", None, Some("application/json"), json).await.is_error(400, "invalid_request");
    assert_eq!(service.me(&tokens.access()).await, 200, "the token was revoked");
}

#[tokio::test]
async fn rfc7009_s2_2_the_answer_is_200_without_a_body_and_is_not_stored() {
    let service = Service::start().await;
    let refresh = service.password(&[]).await.refresh();
    for token in [refresh.as_str(), refresh.as_str(), "unknown"] {
        let answer = service.post("/auth/revoke", &[("token", token)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        answer.is_not_stored();
    }
}
