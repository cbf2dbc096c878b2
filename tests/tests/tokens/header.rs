//! Headers with a key, an extension, another algorithm or another type.

use auth_core::token::{Es256, SigningKey};
use serde_json::{Value, json};

use crate::forge::{Forger, pem};
use crate::service::Service;

async fn service() -> (Service, Forger) {
    (Service::start(SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap()).await, Forger::es256())
}

async fn refused(name: &str, values: &[Value]) {
    let (service, forger) = service().await;
    for value in values {
        let token = forger.with_header(&service, |header| drop(header.insert(name.into(), value.clone())));
        assert_eq!(service.me(&token).await, 401, "{name}: {value}");
    }
}

async fn accepted(name: &str, values: &[Value]) {
    let (service, forger) = service().await;
    for value in values {
        let token = forger.with_header(&service, |header| drop(header.insert(name.into(), value.clone())));
        assert_eq!(service.me(&token).await, 200, "{name}: {value}");
    }
}

#[tokio::test]
async fn rfc8725_s3_10_a_key_in_the_token_is_not_used() {
    let jwk = json!({ "kty": "oct", "k": "AAAA" });
    refused("jwk", &[jwk, json!({}), Value::Null]).await;
    refused("jku", &[json!("https://issuer.example/jwks.json"), Value::Null]).await;
    refused("x5u", &[json!("https://issuer.example/cert.pem"), Value::Null]).await;
    refused("x5c", &[json!(["MIIB"]), json!([]), Value::Null]).await;
}

#[tokio::test]
async fn rfc7515_s4_1_11_and_rfc8725_s3_6_extensions_and_compression_are_refused() {
    refused("crit", &[json!(["exp"]), json!([]), json!(["b64"]), Value::Null]).await;
    refused("b64", &[json!(false), json!(true), Value::Null]).await;
    refused("zip", &[json!("DEF"), Value::Null]).await;
}

#[tokio::test]
async fn rfc8725_s3_2_the_algorithm_none_is_refused() {
    refused("alg", &[json!("none"), json!("None"), json!("nOnE"), json!(""), json!(null), json!(7), json!(["ES256"])])
        .await;
    let (service, _) = service().await;
    let message = |alg: &str| {
        let token = Forger::es256().with_header(&service, |header| drop(header.insert("alg".into(), alg.into())));
        token.rsplit_once('.').unwrap().0.to_owned()
    };
    for alg in ["none", "None", "NONE", "nOnE"] {
        assert_eq!(service.me(&format!("{}.", message(alg))).await, 401);
    }
}

#[tokio::test]
async fn rfc8725_s3_1_an_unsupported_algorithm_is_refused() {
    let others = ["HS384", "HS512", "RS384", "ES384", "ES512", "ES256K", "PS512", "RSA-OAEP", "es256", "ES256 "];
    refused("alg", &others.map(Value::from)).await;
}

#[tokio::test]
async fn rfc9068_s4_and_rfc8725_s3_11_the_type_must_be_that_of_an_access_token() {
    accepted("typ", &["at+jwt", "AT+JWT", "application/at+jwt", "Application/at+JWT"].map(Value::from)).await;
    refused("typ", &["JWT", "jwt", "id_token", "rt+jwt", "logout+jwt", "at+jwt ", ""].map(Value::from)).await;
    refused("typ", &[Value::Null, json!(["at+jwt"])]).await;
    let (service, forger) = service().await;
    let untyped = forger.with_header(&service, |header| drop(header.remove("typ")));
    assert_eq!(service.me(&untyped).await, 401);
}

#[tokio::test]
async fn rfc7515_s4_1_4_an_unknown_kid_is_refused() {
    refused("kid", &[json!("another"), json!(""), json!("../../etc/passwd"), json!(7), Value::Null]).await;
    // The only key of its algorithm needs no `kid`.
    let (service, forger) = service().await;
    let unnamed = forger.with_header(&service, |header| drop(header.remove("kid")));
    assert_eq!(service.me(&unnamed).await, 200);
}

#[tokio::test]
async fn rfc7515_s4_unknown_members_are_ignored() {
    accepted("x5t", &[json!("abc")]).await;
    accepted("made-up", &[json!({ "a": 1 }), Value::Null]).await;
}

#[tokio::test]
async fn rfc7515_s4_a_doubled_header_member_is_refused() {
    let (service, forger) = service().await;
    let header = Value::from(service.header()).to_string();
    let claims = Value::from(service.claims()).to_string();
    for doubled in
        [r#""alg":"ES256","#, r#""alg":"none","#, r#""typ":"at+jwt","#, r#""x":1,"x":1,"#, r#""y":{"a":1,"a":2},"#]
    {
        let token = forger.token(&header.replacen('{', &format!("{{{doubled}"), 1), &claims);
        assert_eq!(service.me(&token).await, 401, "{doubled}");
    }
    // Two names that are equal when unescaped.
    let escaped = forger.token(&header.replacen('{', r#"{"\u0061lg":"ES256","#, 1), &claims);
    assert_eq!(service.me(&escaped).await, 401);
}

#[tokio::test]
async fn rfc7515_s5_2_a_header_that_is_not_an_object_is_refused() {
    let (service, forger) = service().await;
    let claims = Value::from(service.claims()).to_string();
    let deep = format!("{}{}", "[".repeat(3000), "]".repeat(3000));
    for header in ["", "null", "[]", "\"ES256\"", "{", "{}", "{} {}", "\u{feff}{}", &deep] {
        assert_eq!(service.me(&forger.token(header, &claims)).await, 401, "{header:.20}");
    }
}
