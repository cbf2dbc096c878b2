//! A second factor: enrolment, login, recovery codes, step-up, removal.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::json;

use crate::{NO_CREDENTIAL, PASSWORD, node};

/// The code of `steps` time steps from now.
fn code(secret: &str, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    auth_tests::totp(secret, i64::try_from(now).unwrap() + 30 * steps)
}

#[tokio::test]
async fn a_login_asks_for_the_second_factor_until_it_is_removed() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let enrolment = client.call_as(&ada.access, Method::POST, "/auth/mfa/totp").await;
    assert_eq!((enrolment.status.as_u16(), enrolment.header("cache-control")), (200, Some("no-store")));
    let enrolment = enrolment.json();
    let secret = enrolment["secret"].as_str().unwrap();
    let uri = format!("otpauth://totp/quickstart:ada%40example.com?secret={secret}&issuer=quickstart");
    assert_eq!(enrolment["uri"], uri);
    // Not confirmed, so not asked for.
    client.login("ada@example.com", PASSWORD).await;

    let confirm = json!({ "code": code(secret, 0) });
    let confirmed = client.json_as(&ada.access, Method::POST, "/auth/mfa/totp/confirm", &confirm).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let codes = confirmed.json()["recovery_codes"].clone();
    let codes: Vec<_> = codes.as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);

    let refused = client.try_login("ada@example.com", PASSWORD).await;
    refused.is_challenge(401, NO_CREDENTIAL);
    assert!(refused.json()["type"].as_str().unwrap().ends_with("second-factor-required"), "{}", refused.text);
    // A wrong password is answered as ever.
    let wrong = client.try_login("ada@example.com", "a guess of the password").await;
    assert_eq!(wrong.json()["detail"], "Incorrect email or password");
    let login = async |otp: &str| {
        let form = [("username", "ada@example.com"), ("password", PASSWORD), ("otp", otp)];
        client.post_form("/auth/login", &form).await
    };
    login("000000").await.is_problem(401);
    // The code of the confirmation is used.
    login(&code(secret, 0)).await.is_problem(401);
    let next = code(secret, 1);
    let strong = login(&next).await.tokens();
    login(&next).await.is_problem(401);
    login(codes[0]).await.tokens();
    login(codes[0]).await.is_problem(401);

    let removed = client.call_as(&strong.access, Method::DELETE, "/auth/mfa/totp").await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    client.login("ada@example.com", PASSWORD).await;
    client.call_as(&strong.access, Method::DELETE, "/auth/mfa/totp").await.is_problem(404);
}

#[tokio::test]
async fn a_session_steps_up() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    let answer = client.json_as(&ada.access, Method::POST, "/auth/step-up", &json!({ "password": PASSWORD })).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text);
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["refresh_token"]), (&json!("bearer"), &json!(null)));
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(client.get_as(access, "/users/me").await.status, 200);
    let wrong = json!({ "password": "a guess of the password" });
    client.json_as(&ada.access, Method::POST, "/auth/step-up", &wrong).await.is_problem(403);
    client.json_as(&ada.access, Method::POST, "/auth/step-up", &json!({})).await.is_problem(422);
    client.post_json("/auth/step-up", &json!({ "password": PASSWORD })).await.is_challenge(401, NO_CREDENTIAL);
    client.try_refresh(&ada.refresh).await.tokens();
}
