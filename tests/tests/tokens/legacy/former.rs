//! Public keys of algorithms by which this service does not sign.

use std::time::{SystemTime, UNIX_EPOCH};

use auth_core::LegacyTokens;
use auth_core::Timestamp;
use auth_core::token::{KeyError, LegacyAlgorithm};
use auth_tests::Node;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};

use super::service::{NOW, SPAN, Service};
use crate::forge::{Forger, pem};
use crate::service::{EMAIL, PASSWORD};

const NODE: &str = env!("CARGO_BIN_EXE_node");

const ALGORITHMS: [(LegacyAlgorithm, Algorithm); 5] = [
    (LegacyAlgorithm::Rs384, Algorithm::RS384),
    (LegacyAlgorithm::Rs512, Algorithm::RS512),
    (LegacyAlgorithm::Ps384, Algorithm::PS384),
    (LegacyAlgorithm::Ps512, Algorithm::PS512),
    (LegacyAlgorithm::Es384, Algorithm::ES384),
];

fn forger(algorithm: Algorithm) -> Forger {
    let rsa = Forger::rsa(algorithm);
    match algorithm {
        Algorithm::ES384 => Forger { key: EncodingKey::from_ec_pem(pem!("p384").as_bytes()).unwrap(), algorithm },
        _ => rsa,
    }
}

fn public(algorithm: LegacyAlgorithm) -> &'static str {
    if algorithm == LegacyAlgorithm::Es384 { pem!("p384.pub") } else { pem!("rsa.pub") }
}

fn until() -> Timestamp {
    Timestamp::from_secs(NOW).after(SPAN)
}

fn signed(by: &Forger, header: &Value, claims: &Map<String, Value>) -> String {
    by.token(&header.to_string(), &Value::from(claims.clone()).to_string())
}

#[tokio::test]
async fn each_algorithm_takes_its_own_tokens_and_no_others() {
    for (legacy, own) in ALGORITHMS {
        let tokens = LegacyTokens::signed_with(legacy, public(legacy), until()).unwrap();
        let service = Service::start_with(|builder| builder.legacy_tokens(tokens)).await;
        let others = [Algorithm::RS256, Algorithm::PS256].into_iter().chain(ALGORITHMS.map(|(_, other)| other));
        for other in others {
            let (forger, status) = (forger(other), if other == own { 200 } else { 401 });
            for alg in [other, own] {
                let header = json!({ "alg": format!("{alg:?}"), "typ": "JWT" });
                let answer = service.me(&signed(&forger, &header, &service.claims())).await;
                assert_eq!(answer, status, "{other:?} under the header {header} where {own:?} is accepted");
            }
        }
        let header = json!({ "alg": format!("{own:?}"), "typ": "JWT" });
        let token = signed(&forger(own), &header, &service.claims());
        let (message, _) = token.rsplit_once('.').unwrap();
        for signature in ["", "AAAA"] {
            assert_eq!(service.me(&format!("{message}.{signature}")).await, 401, "{own:?}");
        }
        // The attack on verifiers that take the algorithm from the token.
        let secret = EncodingKey::from_secret(public(legacy).as_bytes()).unwrap();
        let hmac = Forger { key: secret, algorithm: Algorithm::HS384 };
        for alg in [json!("HS384"), header["alg"].clone()] {
            let confused = signed(&hmac, &json!({ "alg": alg, "typ": "JWT" }), &service.claims());
            assert_eq!(service.me(&confused).await, 401, "{own:?} as a secret under {alg}");
        }
    }
}

#[tokio::test]
async fn a_jwk_has_its_own_algorithm_and_kid() {
    for (legacy, own) in ALGORITHMS {
        let forger = forger(own);
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&forger.key, own).unwrap()).unwrap();
        jwk["alg"] = format!("{own:?}").into();
        jwk["kid"] = "old".into();
        let tokens = LegacyTokens::signed_with(legacy, &jwk.to_string(), until()).unwrap();
        let service = Service::start_with(|builder| builder.legacy_tokens(tokens)).await;
        for (kid, status) in [("old", 200), ("older", 401), ("", 401)] {
            let header = json!({ "alg": format!("{own:?}"), "typ": "JWT", "kid": kid });
            assert_eq!(service.me(&signed(&forger, &header, &service.claims())).await, status, "{own:?} {kid}");
        }
        for (name, value) in [("alg", json!("RS256")), ("use", json!("enc")), ("kty", json!("OKP")), ("alg", json!(7))]
        {
            let mut wrong = jwk.clone();
            wrong[name] = value;
            assert!(LegacyTokens::signed_with(legacy, &wrong.to_string(), until()).is_err(), "{own:?} {name}");
        }
    }
}

#[test]
fn keys_of_another_kind_and_broken_ones_are_refused() {
    let refused = |algorithm, key: &str| LegacyTokens::signed_with(algorithm, key, until()).unwrap_err();
    for key in ["", "{}", "[]", pem!("certificate"), pem!("p256.pub"), pem!("ed25519.pub")] {
        for (algorithm, _) in ALGORITHMS {
            refused(algorithm, key);
        }
    }
    refused(LegacyAlgorithm::Es384, pem!("rsa.pub"));
    refused(LegacyAlgorithm::Rs384, pem!("p384.pub"));
    assert!(matches!(refused(LegacyAlgorithm::Ps512, pem!("rsa1024.pub")), KeyError::RsaModulus { bits: 1024 }));
    // A point that is not on the curve.
    let zero = "A".repeat(64);
    let jwk = json!({ "kty": "EC", "crv": "P-384", "x": zero, "y": zero }).to_string();
    assert_eq!(refused(LegacyAlgorithm::Es384, &jwk), KeyError::Inconsistent);
}

#[tokio::test]
async fn the_algorithm_of_a_key_file_is_a_variable() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let until = Timestamp::from_secs(i64::try_from(now).unwrap() + 86_400).to_string();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("public.pem");
    std::fs::write(&file, public(LegacyAlgorithm::Es384)).unwrap();
    let set = |algorithm| {
        [
            ("AUTH_LEGACY_KEY_FILE", file.to_str().unwrap()),
            ("AUTH_LEGACY_ALGORITHM", algorithm),
            ("AUTH_LEGACY_UNTIL", until.as_str()),
            ("AUTH_LEGACY_SUBJECT", "login"),
            ("AUTH_LEGACY_WITHOUT", "iat"),
        ]
    };
    let node = Node::start_with(NODE, &set("ES384"));
    let client = node.client();
    client.register(EMAIL, PASSWORD).await;
    let Value::Object(claims) = json!({ "sub": EMAIL, "exp": now + 600, "type": "access" }) else { unreachable!() };
    let token = signed(&forger(Algorithm::ES384), &json!({ "alg": "ES384", "typ": "JWT" }), &claims);
    assert_eq!(client.get_as(&token, "/users/me").await.status, 200);

    let unset: [(&str, &str); 2] = [("AUTH_LEGACY_SECRET", crate::forge::SECRET), ("AUTH_LEGACY_UNTIL", &until)];
    for (settings, words) in [
        (set("HS512").to_vec(), "it is for AUTH_LEGACY_SECRET"),
        (set("RS512").to_vec(), "the key in"),
        (set("ES512").to_vec(), "AUTH_LEGACY_ALGORITHM"),
        ([unset.as_slice(), &[("AUTH_LEGACY_ALGORITHM", "ES384")]].concat(), "set AUTH_LEGACY_KEY_FILE"),
    ] {
        let refused = Node::refuse_to_start(NODE, &settings);
        let words_of_error = String::from_utf8(refused.stderr).unwrap();
        assert!(words_of_error.contains(words), "{settings:?}: {words_of_error}");
    }
}
