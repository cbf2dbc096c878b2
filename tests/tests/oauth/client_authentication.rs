//! RFC 6749 section 2.3: client authentication.

use crate::service::{Answer, EMAIL, PASSWORD, SECRET, Service, basic, raw_basic};

const PASSWORD_GRANT: &[(&str, &str)] = &[("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD)];

async fn with_header(service: &Service, authorization: &str, more: &[(&str, &str)]) -> Answer {
    service.post_as("/auth/token", Some(authorization), &[PASSWORD_GRANT, more].concat()).await
}

#[tokio::test]
async fn rfc6749_s2_3_1_a_confidential_client_authenticates_by_header() {
    let service = Service::start().await;
    assert_eq!(with_header(&service, &basic("backend", SECRET), &[]).await.status, 200);
    let scheme_in_any_case = basic("backend", SECRET).replace("Basic", "bAsIc");
    assert_eq!(with_header(&service, &scheme_in_any_case, &[]).await.status, 200);
    // The id may be repeated in the form.
    assert_eq!(with_header(&service, &basic("backend", SECRET), &[("client_id", "backend")]).await.status, 200);
}

#[tokio::test]
async fn rfc6749_s2_3_1_a_confidential_client_authenticates_by_form() {
    let service = Service::start().await;
    let answer = service.password(&[("client_id", "backend"), ("client_secret", SECRET)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn rfc6749_s2_3_1_id_and_secret_in_the_header_are_form_encoded() {
    let service = Service::start().await;
    // Without form encoding, `+` is read as a space and `%Hd` literally, which is another secret.
    with_header(&service, &raw_basic(&format!("backend:{SECRET}")), &[]).await.is_error(401, "invalid_client");
}

#[tokio::test]
async fn rfc6749_s2_3_two_mechanisms_at_once_are_invalid_request() {
    let service = Service::start().await;
    for form in [&[("client_secret", SECRET)][..], &[("client_id", "backend"), ("client_secret", SECRET)]] {
        with_header(&service, &basic("backend", SECRET), form).await.is_error(400, "invalid_request");
    }
    with_header(&service, &basic("backend", SECRET), &[("client_id", "app")]).await.is_error(400, "invalid_request");
    // With two headers, the second could name another client.
    let request = service.http.post(format!("{}/auth/revoke", service.url)).form(&[("token", "rt_unknown")]);
    let request = [basic("backend", SECRET), basic("backend", SECRET)]
        .iter()
        .fold(request, |request, value| request.header("authorization", value));
    Answer::of(request.send().await.unwrap()).await.is_error(400, "invalid_request");
}

#[tokio::test]
async fn rfc6749_s5_2_invalid_client_is_401_with_a_challenge_of_the_scheme_used() {
    let service = Service::start().await;
    let almost = &SECRET[..SECRET.len() - 1];
    for (id, secret) in [("backend", "wrong"), ("backend", almost), ("backend", ""), ("unknown", SECRET), ("", SECRET)]
    {
        let answer = with_header(&service, &basic(id, secret), &[]).await;
        answer.is_error(401, "invalid_client");
        assert_eq!(answer.challenge(), r#"Basic realm="api", charset="UTF-8""#);
        service.password(&[("client_id", id), ("client_secret", secret)]).await.is_error(401, "invalid_client");
    }
    for malformed in ["Basic", "Basic !", "Basic YQ==", "Digest username=\"backend\"", "Negotiate YQ=="] {
        with_header(&service, malformed, &[]).await.is_error(401, "invalid_client");
    }
}

#[tokio::test]
async fn rfc6749_s5_2_an_unknown_client_and_a_wrong_secret_get_the_same_answer() {
    let service = Service::start().await;
    let unknown = service.password(&[("client_id", "unknown"), ("client_secret", SECRET)]).await;
    let wrong = service.password(&[("client_id", "backend"), ("client_secret", "wrong")]).await;
    assert_eq!((unknown.status, unknown.body), (wrong.status, wrong.body));
}

#[tokio::test]
async fn rfc6749_s3_2_1_a_confidential_client_must_authenticate() {
    let service = Service::start().await;
    service.password(&[("client_id", "backend")]).await.is_error(401, "invalid_client");
    let tokens = with_header(&service, &basic("backend", SECRET), &[]).await;
    service.refresh(&tokens.refresh(), &[("client_id", "backend")]).await.is_error(401, "invalid_client");
}

#[tokio::test]
async fn rfc6749_s2_3_a_public_client_names_itself_and_has_no_secret() {
    let service = Service::start().await;
    assert_eq!(service.password(&[("client_id", "app")]).await.status, 200);
    assert_eq!(with_header(&service, &basic("app", ""), &[]).await.status, 200);
    for id in ["app", "api"] {
        service.password(&[("client_id", id), ("client_secret", "any")]).await.is_error(401, "invalid_client");
    }
}

#[tokio::test]
async fn an_access_token_is_ignored_as_a_client_credential() {
    let service = Service::start().await;
    let token = service.password(&[]).await.access();
    // Single-page applications send it with every request.
    assert_eq!(with_header(&service, &format!("Bearer {token}"), &[]).await.status, 200);
    let form = [("client_id", "backend")];
    with_header(&service, &format!("Bearer {token}"), &form).await.is_error(401, "invalid_client");
}
