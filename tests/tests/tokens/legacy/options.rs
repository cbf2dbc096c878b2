//! Other algorithms, subject claims and required claims of a former service, and the application's own check.

use std::time::{SystemTime, UNIX_EPOCH};

use auth_core::LegacyTokens;
use auth_core::store::StoreError;
use auth_core::token::{Any, Es256, Hmac, Rs256, SigningKey, VerifyingKey};
use auth_core::{Context, Registration, Timestamp};
use auth_tests::Node;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};

use super::service::{NOW, SPAN, Service, legacy};
use crate::forge::{Forger, SECRET, pem};
use crate::service::{EMAIL, PASSWORD};

const NODE: &str = env!("CARGO_BIN_EXE_node");

fn until() -> Timestamp {
    Timestamp::from_secs(NOW).after(SPAN)
}

fn hmac(algorithm: Algorithm) -> Forger {
    Forger { key: EncodingKey::from_secret(SECRET.as_bytes()).unwrap(), algorithm }
}

/// A token with this claims and the header that libraries write.
fn signed(by: &Forger, claims: &Map<String, Value>) -> String {
    by.token(&format!(r#"{{"alg":"{:?}","typ":"JWT"}}"#, by.algorithm), &Value::from(claims.clone()).to_string())
}

async fn start(tokens: LegacyTokens) -> Service {
    Service::start_with(|builder| builder.legacy_tokens(tokens)).await
}

/// These claims, and the expiry of a valid token.
fn claims(claims: Value) -> Map<String, Value> {
    let Value::Object(mut claims) = claims else { panic!("{claims} is no object") };
    claims.insert("exp".into(), json!(NOW + 3600));
    claims
}

#[tokio::test]
async fn each_algorithm_takes_its_own_tokens_and_no_others() {
    let _ = Forger::hs256();
    let secret = SECRET.to_owned().into();
    let by = |algorithm| LegacyTokens::hmac(algorithm, &secret, until()).unwrap();
    let rsa = SigningKey::<Rs256>::from_pem(&pem!("rsa").to_owned().into()).unwrap().verifying_key();
    let ec = SigningKey::<Es256>::from_pem(&pem!("p256").to_owned().into()).unwrap().verifying_key();
    let forgers = [
        hmac(Algorithm::HS256),
        hmac(Algorithm::HS384),
        hmac(Algorithm::HS512),
        Forger::rsa(Algorithm::RS256),
        Forger::es256(),
    ];
    for (at, tokens) in [
        by(Hmac::Hs256),
        by(Hmac::Hs384),
        by(Hmac::Hs512),
        LegacyTokens::signed_by(rsa, until()),
        LegacyTokens::signed_by(ec, until()),
    ]
    .into_iter()
    .enumerate()
    {
        let service = start(tokens).await;
        for (n, forger) in forgers.iter().enumerate() {
            let status = service.me(&signed(forger, &service.claims())).await;
            assert_eq!(
                status,
                if n == at { 200 } else { 401 },
                "{:?} at {:?}",
                forger.algorithm,
                forgers[at].algorithm
            );
            // The signature of one algorithm under the header of another.
            let header = format!(r#"{{"alg":"{:?}","typ":"JWT"}}"#, forgers[at].algorithm);
            let confused = service.me(&forger.token(&header, &Value::from(service.claims()).to_string())).await;
            assert_eq!(confused, if n == at { 200 } else { 401 }, "{:?} as {header}", forger.algorithm);
        }
        assert_eq!(service.me(&forgers[at].token(r#"{"alg":"none","typ":"JWT"}"#, "{}")).await, 401);
    }
}

#[tokio::test]
async fn the_public_key_is_no_secret_and_its_kid_is_its_own() {
    let key = SigningKey::<Es256>::from_pem(&pem!("p256").to_owned().into()).unwrap().verifying_key();
    let kid = key.kid().to_owned();
    let service = start(LegacyTokens::signed_by(key, until())).await;
    let payload = Value::from(service.claims()).to_string();
    for (kid, status) in [(kid.as_str(), 200), ("another", 401), ("", 401)] {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": kid }).to_string();
        assert_eq!(service.me(&Forger::es256().token(&header, &payload)).await, status, "{kid}");
    }
    // The attack on verifiers that take the algorithm from the token.
    let public = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokens/keys/p256.pem")).unwrap();
    let forger = Forger { key: EncodingKey::from_secret(&public).unwrap(), algorithm: Algorithm::HS256 };
    assert_eq!(service.me(&signed(&forger, &service.claims())).await, 401);
}

#[tokio::test]
async fn the_subject_is_read_from_the_configured_claim() {
    let service = start(legacy().subject_claim("user_id")).await;
    let user = service.user.to_string();
    assert_eq!(service.says(claims(json!({ "user_id": user, "type": "access" }))).await, 200);
    assert_eq!(service.says(claims(json!({ "sub": user, "type": "access" }))).await, 401);
    assert_eq!(service.says(claims(json!({ "user_id": [user], "sub": user, "type": "access" }))).await, 401);
}

#[tokio::test]
async fn tokens_of_fastapis_tutorial_need_both_explicit_options() {
    let tutorial = || claims(json!({ "sub": EMAIL }));
    for (tokens, status) in [
        (legacy().by_login(), 401),
        (legacy().by_login().without_type(), 401),
        (legacy().by_login().without_iat(), 401),
        (legacy().by_login().without_type().without_iat(), 200),
    ] {
        assert_eq!(start(tokens.clone()).await.says(tutorial()).await, status, "{tokens:?}");
    }
    let service = start(legacy().by_login().without_type().without_iat()).await;
    let with = |name: &str, value: Value| {
        let mut claims = tutorial();
        claims.insert(name.into(), value);
        claims
    };
    assert_eq!(service.says(with("type", json!("refresh"))).await, 401, "a type that is there must be right");
    assert_eq!(service.says(with("iat", json!(1))).await, 401, "an age that is there must be right");
    assert_eq!(service.says(with("iat", json!("1"))).await, 401);

    // What `without_iat` gives up, as its documentation says.
    let context = Context::system("test");
    service.auth.remove_account(&context, &service.user).await.unwrap();
    assert_eq!(service.says(tutorial()).await, 401);
    service.auth.register(&context, Registration::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    assert_eq!(service.says(tutorial()).await, 200);
    assert_eq!(service.says(with("iat", json!(1))).await, 401);
}

#[tokio::test]
async fn required_claims_must_be_there_with_their_value() {
    let tokens = legacy().without_type().require("token_type", "access").require("iss", "old").require("aud", "api");
    let service = start(tokens).await;
    let whole = || claims(json!({ "sub": service.user, "token_type": "access", "iss": "old", "aud": ["web", "api"] }));
    assert_eq!(service.says(whole()).await, 200);
    for (name, value) in [
        ("token_type", json!("refresh")),
        ("token_type", json!(["refresh"])),
        ("iss", json!("older")),
        ("iss", json!(null)),
        ("aud", json!("web")),
        ("aud", json!([["api"]])),
        ("cnf", json!({ "jkt": "x" })),
        ("type", json!("refresh")),
    ] {
        let mut claims = whole();
        claims.insert(name.into(), value.clone());
        assert_eq!(service.says(claims).await, 401, "{name}: {value}");
    }
    for name in ["token_type", "iss", "aud"] {
        let mut claims = whole();
        claims.remove(name);
        assert_eq!(service.says(claims).await, 401, "without {name}");
    }
    // A claim with a meaning that is not required is refused as before.
    let other = start(legacy().require("iss", "old")).await;
    let both = claims(json!({ "sub": other.user, "type": "access", "iss": "old", "aud": "api" }));
    assert_eq!(other.says(both).await, 401);
    // `cnf` names a key, whose proof such a token cannot have.
    let bound = start(legacy().require("cnf", "x")).await;
    assert_eq!(bound.says(claims(json!({ "sub": bound.user, "type": "access", "cnf": "x" }))).await, 401);
}

#[tokio::test]
async fn the_application_has_the_last_word() {
    let service =
        start(legacy().check(async |claims: Map<String, Value>| match claims.get("jti").and_then(Value::as_str) {
            Some("unknown") => Err(StoreError::unavailable("no list")),
            jti => Ok(jti != Some("revoked")),
        }))
        .await;
    for (jti, status) in [("good", 200), ("revoked", 401), ("unknown", 503)] {
        let claims = claims(json!({ "sub": service.user, "type": "access", "jti": jti }));
        assert_eq!(service.says(claims).await, status, "{jti}");
    }
}

#[tokio::test]
async fn every_option_is_a_variable() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let until = Timestamp::from_secs(i64::try_from(now).unwrap() + 86_400).to_string();
    let _ = Forger::hs256();
    let node = Node::start_with(
        NODE,
        &[
            ("AUTH_LEGACY_SECRET", SECRET),
            ("AUTH_LEGACY_UNTIL", &until),
            ("AUTH_LEGACY_ALGORITHM", "HS512"),
            ("AUTH_LEGACY_SUBJECT", "login"),
            ("AUTH_LEGACY_SUBJECT_CLAIM", "user"),
            ("AUTH_LEGACY_CLAIMS", r#"{"kind": "access"}"#),
            ("AUTH_LEGACY_WITHOUT", "type, iat"),
        ],
    );
    let client = node.client();
    client.register(EMAIL, PASSWORD).await;
    let claims = |kind: &str| {
        let Value::Object(claims) = json!({ "user": EMAIL, "exp": now + 600, "kind": kind }) else { unreachable!() };
        claims
    };
    for (forger, kind, status) in [
        (hmac(Algorithm::HS512), "access", 200),
        (hmac(Algorithm::HS512), "refresh", 401),
        (hmac(Algorithm::HS256), "access", 401),
    ] {
        let answer = client.get_as(&signed(&forger, &claims(kind)), "/users/me").await;
        assert_eq!(answer.status, status, "{:?} {kind}: {}", forger.algorithm, answer.text);
    }

    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("public.jwk");
    let key: VerifyingKey<Any> = VerifyingKey::from_pem(pem!("p256")).unwrap();
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&Forger::es256().key, Algorithm::ES256).unwrap();
    std::fs::write(&file, serde_json::to_string(&jwk).unwrap()).unwrap();
    let settings = [
        ("AUTH_LEGACY_KEY_FILE", file.to_str().unwrap()),
        ("AUTH_LEGACY_UNTIL", until.as_str()),
        ("AUTH_LEGACY_SUBJECT", "login"),
    ];
    let node = Node::start_with(NODE, &settings);
    let client = node.client();
    client.register(EMAIL, PASSWORD).await;
    let iat = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let Value::Object(claims) = json!({ "sub": EMAIL, "exp": now + 600, "iat": iat, "type": "access" }) else {
        unreachable!()
    };
    assert_eq!(client.get_as(&signed(&Forger::es256(), &claims), "/users/me").await.status, 200, "{}", key.kid());
}
