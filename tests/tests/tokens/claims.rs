//! Every required claim: missing, of another JSON type, doubled, and with an invalid value.

use auth_core::token::SigningKey;
use auth_core::{Clock as _, Context, Login};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::forge::{Forger, SECRET};
use crate::service::{AUDIENCE, EMAIL, ISSUER, PASSWORD, Service};

async fn service() -> Service {
    Service::start(SigningKey::hs256(&SECRET.to_owned().into()).unwrap()).await
}

/// The claim must be present and have its type; each of `wrong` has another type.
async fn is_required(name: &str, wrong: &[Value]) {
    let service = service().await;
    let forger = Forger::hs256();
    assert!(service.claims().contains_key(name), "{name} is in our tokens");
    assert_eq!(service.me(&forger.with_claims(&service, |_| {})).await, 200);
    let missing = forger.with_claims(&service, |claims| drop(claims.remove(name)));
    assert_eq!(service.me(&missing).await, 401, "{name} missing");
    for value in wrong.iter().chain(&[Value::Null, json!({}), json!([{}]), json!([null])]) {
        let token = forger.with_claims(&service, |claims| drop(claims.insert(name.into(), value.clone())));
        assert_eq!(service.me(&token).await, 401, "{name}: {value}");
    }
    let value = service.claims()[name].clone();
    let payload = Value::from(service.claims()).to_string();
    let doubled = payload.replacen('{', &format!("{{\"{name}\":{value},"), 1);
    let token = forger.token(&Value::from(service.header()).to_string(), &doubled);
    assert_eq!(service.me(&token).await, 401, "{name} doubled");
}

macro_rules! required {
    ($($test:ident: $name:literal, $($wrong:tt),+;)*) => {$(
        #[tokio::test]
        async fn $test() {
            is_required($name, &[$(json!($wrong)),+]).await;
        }
    )*};
}

required! {
    rfc9068_s2_2_iss_is_required_and_a_string: "iss", 7, true, ["https://issuer.example"];
    rfc9068_s2_2_sub_is_required_and_a_string: "sub", 7, true, ["a"], "";
    rfc9068_s2_2_aud_is_required_and_a_string_or_strings: "aud", 7, true, [7];
    rfc9068_s2_2_exp_is_required_and_a_number: "exp", "1900000000", true, [1_900_000_000], 1e300, "never";
    rfc9068_s2_2_iat_is_required_and_a_number: "iat", "1700000000", true, [1_700_000_000];
    rfc9068_s2_2_jti_is_required_and_a_string: "jti", 7, true, ["a"];
    rfc9068_s2_2_client_id_is_required_and_a_string: "client_id", 7, true, ["a"];
    rfc7519_s4_1_5_nbf_is_required_and_a_number: "nbf", "1700000000", true, [1_700_000_000];
    rfc9068_s2_2_1_auth_time_is_required_and_a_number: "auth_time", "1700000000", true, [1];
    the_session_is_required_and_a_string: "sid", 7, true, ["a"], "";
    the_version_is_required_and_a_number: "ver", "0", true, [0], (-1), 0.5;
}

async fn answers(name: &str, value: Value) -> u16 {
    let service = service().await;
    let token = Forger::hs256().with_claims(&service, |claims| drop(claims.insert(name.into(), value)));
    service.me(&token).await
}

#[tokio::test]
async fn rfc9068_s2_2_3_scope_amr_and_roles_may_be_missing_but_not_of_another_type() {
    let service = service().await;
    for name in ["scope", "amr", "roles"] {
        let missing = Forger::hs256().with_claims(&service, |claims| drop(claims.remove(name)));
        assert_eq!(service.me(&missing).await, 200, "{name}");
        assert_eq!(answers(name, json!(7)).await, 401, "{name}");
        assert_eq!(answers(name, json!({})).await, 401, "{name}");
    }
    assert_eq!(answers("scope", json!(["a"])).await, 401);
    assert_eq!(answers("roles", json!("Admin")).await, 401);
}

#[tokio::test]
async fn rfc9068_s4_and_rfc8725_s3_8_the_issuer_must_equal_ours() {
    for issuer in ["https://issuer.example/", "https://ISSUER.example", "https://issuer.example.evil", "issuer", ""] {
        assert_eq!(answers("iss", json!(issuer)).await, 401, "{issuer}");
    }
}

#[tokio::test]
async fn rfc7519_s4_1_3_and_rfc9068_s4_and_rfc8725_s3_9_the_audience_must_contain_ours() {
    for wrong in
        [json!("other"), json!([]), json!(["other"]), json!("API"), json!("api "), json!(["ap", "i"]), json!("")]
    {
        assert_eq!(answers("aud", wrong.clone()).await, 401, "{wrong}");
    }
    assert_eq!(answers("aud", json!(["other", AUDIENCE])).await, 200);
}

#[tokio::test]
async fn rfc7519_s4_1_4_a_token_expires_within_a_second_of_exp() {
    let now = service().await.now();
    assert_eq!(answers("exp", json!(now + 1)).await, 200);
    assert_eq!(answers("exp", json!(now)).await, 200);
    assert_eq!(answers("exp", json!(now - 1)).await, 401);
    assert_eq!(answers("exp", json!(0)).await, 401);
    assert_eq!(answers("exp", json!(i64::MIN)).await, 401);
    assert_eq!(answers("exp", json!(u64::MAX)).await, 401);
}

#[tokio::test]
async fn rfc7519_s4_1_5_a_token_is_valid_from_nbf_less_the_skew() {
    let now = service().await.now();
    for name in ["nbf", "iat"] {
        assert_eq!(answers(name, json!(now + 5)).await, 200, "{name}");
        assert_eq!(answers(name, json!(now + 6)).await, 401, "{name}");
        assert_eq!(answers(name, json!(i64::MAX)).await, 401, "{name}");
    }
}

#[tokio::test]
async fn the_clock_skew_is_configurable() {
    use std::time::Duration;
    let keys = || SigningKey::hs256(&SECRET.to_owned().into()).unwrap();
    for skew in [0, 30] {
        let service = Service::start_with(keys(), |builder| builder.clock_skew(Duration::from_secs(skew))).await;
        let issued = service.clock.now();
        service.clock.set(issued.before(Duration::from_secs(skew)));
        assert_eq!(service.me(&service.token).await, 200, "{skew}");
        service.clock.set(issued.before(Duration::from_secs(skew + 1)));
        assert_eq!(service.me(&service.token).await, 401, "{skew}");
        service.clock.set(issued.after(Duration::from_secs(15 * 60 + 1)));
        assert_eq!(service.me(&service.token).await, 401, "{skew} does not extend `exp`");
    }
}

/// `exp` has whole seconds: a token lives at least `expires_in` and less than a second more.
#[tokio::test]
async fn a_token_lives_for_expires_in_seconds() {
    use std::time::Duration;
    let service = service().await;
    for part in [0, 1, 500, 999] {
        service.clock.advance(Duration::from_millis(part));
        let login = service.auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
        let (token, issued) = (login.access.expose().to_owned(), service.clock.now());
        service.clock.set(issued.after(Duration::from_mins(15) - Duration::from_millis(1)));
        assert_eq!(service.me(&token).await, 200, "{part}");
        service.clock.set(issued.after(Duration::from_secs(15 * 60 + 1)));
        assert_eq!(service.me(&token).await, 401, "{part}");
    }
}

#[tokio::test]
async fn rfc7519_s7_2_a_payload_that_is_not_an_object_is_refused() {
    let service = service().await;
    let header = Value::from(service.header()).to_string();
    let nested = service.token.clone();
    for payload in ["", "null", "[]", "7", "\"sub\"", "{", "{}", nested.as_str()] {
        assert_eq!(service.me(&Forger::hs256().token(&header, payload)).await, 401, "{payload:.20}");
    }
}

#[tokio::test]
async fn rfc8725_s3_7_a_payload_that_is_not_utf_8_is_refused() {
    let service = service().await;
    let header = BASE64_URL_SAFE_NO_PAD.encode(Value::from(service.header()).to_string());
    let claims = Value::from(service.claims()).to_string();
    let token = |payload: &[u8]| Forger::hs256().sign(&format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(payload)));
    assert_eq!(service.me(&token(claims.as_bytes())).await, 200);
    let [utf_16_le, utf_16_be]: [Vec<u8>; 2] =
        [u16::to_le_bytes, u16::to_be_bytes].map(|bytes| claims.encode_utf16().flat_map(bytes).collect());
    let latin_1 = [&claims.as_bytes()[..claims.len() - 1], b",\"name\":\"r\xE9al\"}"].concat();
    let marked = [b"\xEF\xBB\xBF", claims.as_bytes()].concat();
    for (payload, name) in [(utf_16_le, "UTF-16LE"), (utf_16_be, "UTF-16BE"), (latin_1, "Latin-1"), (marked, "a mark")]
    {
        assert_eq!(service.me(&token(&payload)).await, 401, "{name}");
    }
}

#[tokio::test]
async fn rfc9068_s2_1_and_rfc9068_s2_2_our_tokens_have_their_type_and_every_required_claim() {
    let service = service().await;
    let header = service.header();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("HS256")));
    assert!(header["kid"].is_string());
    assert_eq!(header.len(), 3, "{header:?}");
    let claims = service.claims();
    assert_eq!((&claims["iss"], claims["iat"].as_i64()), (&json!(ISSUER), Some(service.now())));
    assert!(claims["exp"].as_i64() > Some(service.now()));
    for name in ["sub", "client_id", "jti"] {
        assert!(claims[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let other =
        service.auth.login(&Context::system("test"), auth_core::Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    let other = crate::service::part(other.access.expose(), 1);
    assert_eq!(other["sub"], claims["sub"]);
    assert_ne!(other["jti"], claims["jti"], "two tokens of one name");
}

#[tokio::test]
async fn rfc9068_s3_without_a_resource_the_audience_is_this_service() {
    assert_eq!(service().await.claims()["aud"], AUDIENCE);
}
