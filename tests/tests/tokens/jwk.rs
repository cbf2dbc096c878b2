//! Valid and invalid keys as JWK.

use auth_core::token::{Any, Hs256, KeyError, Ps256, Rs256, SigningKey, VerifyingKey, WeakSecret};
use base64::Engine as _;
use serde_json::{Value, json};

use crate::forge::pem;

fn signing(jwk: &Value) -> Result<SigningKey, KeyError> {
    SigningKey::<Any>::from_jwk(&jwk.to_string().into())
}

fn verifying(jwk: &Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::<Any>::from_jwk(&jwk.to_string())
}

/// RFC 8037 appendix A.1.
fn ed25519() -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

/// RFC 7515 appendix A.3.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

/// The members of `key` with `changes` on top.
fn with(mut key: Value, changes: &Value) -> Value {
    key.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    key
}

fn without(mut key: Value, name: &str) -> Value {
    key.as_object_mut().unwrap().remove(name);
    key
}

#[test]
fn rfc8037_s2_and_rfc7518_s6_2_private_keys_are_read() {
    assert_eq!(signing(&ed25519()).unwrap().algorithm().name(), "EdDSA");
    assert_eq!(signing(&p256()).unwrap().algorithm().name(), "ES256");
    assert_eq!(signing(&with(p256(), &json!({ "kid": "mine", "use": "sig", "alg": "ES256" }))).unwrap().kid(), "mine");
    assert_eq!(verifying(&with(p256(), &json!({ "key_ops": ["sign"] }))).unwrap().algorithm().name(), "ES256");
}

#[test]
fn rfc7517_s4_2_a_key_for_another_use_is_refused() {
    for changes in [json!({ "use": "enc" }), json!({ "use": "" }), json!({ "use": "SIG" })] {
        assert_eq!(signing(&with(p256(), &changes)).unwrap_err(), KeyError::Purpose("use"));
    }
    let encrypts = json!({ "key_ops": ["encrypt"] });
    assert_eq!(signing(&with(p256(), &encrypts)).unwrap_err(), KeyError::Purpose("key_ops"));
    let verifies = with(without(p256(), "d"), &json!({ "key_ops": ["verify"] }));
    assert!(verifying(&verifies).is_ok());
    assert_eq!(
        verifying(&with(without(p256(), "d"), &json!({ "key_ops": [] }))).unwrap_err(),
        KeyError::Purpose("key_ops")
    );
}

#[test]
fn rfc7517_s4_4_a_key_for_an_algorithm_of_another_key_type_is_refused() {
    for alg in ["HS256", "RS256", "EdDSA"] {
        assert!(matches!(signing(&with(p256(), &json!({ "alg": alg }))), Err(KeyError::Algorithm { .. })), "{alg}");
    }
    for alg in ["none", "ES384", "ES521", ""] {
        assert!(matches!(signing(&with(p256(), &json!({ "alg": alg }))), Err(KeyError::Unsupported(_))), "{alg}");
    }
    let jwk = with(p256(), &json!({})).to_string();
    assert!(matches!(SigningKey::<Rs256>::from_jwk(&jwk.into()), Err(KeyError::Algorithm { .. })));
}

#[test]
fn rfc7518_s6_2_and_rfc8725_s3_4_a_point_off_its_curve_is_refused() {
    let off = json!({ "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1" });
    assert!(matches!(verifying(&with(p256(), &off)), Err(KeyError::Inconsistent | KeyError::Unreadable(_))));
    let off = json!({ "y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    assert_eq!(verifying(&with(p256(), &off)).unwrap_err(), KeyError::Inconsistent);
    let short = json!({ "x": "f83O" });
    assert!(matches!(verifying(&with(p256(), &short)), Err(KeyError::Unreadable(_))));
    // The private key of another pair.
    let other = json!({ "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" });
    assert_eq!(signing(&with(p256(), &other)).unwrap_err(), KeyError::Inconsistent);
    let other = json!({ "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" });
    assert_eq!(signing(&with(ed25519(), &other)).unwrap_err(), KeyError::Inconsistent);
}

#[test]
fn rfc7518_s3_3_a_weak_rsa_key_is_refused() {
    let n = |bytes: usize| {
        let mut modulus = vec![0xc5; bytes];
        modulus[bytes - 1] = 0x01;
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(modulus)
    };
    let key = |n: String, e: &str| json!({ "kty": "RSA", "n": n, "e": e });
    assert!(verifying(&key(n(256), "AQAB")).is_ok());
    assert_eq!(verifying(&key(n(255), "AQAB")).unwrap_err(), KeyError::RsaModulus { bits: 2040 });
    assert_eq!(verifying(&key(n(128), "AQAB")).unwrap_err(), KeyError::RsaModulus { bits: 1024 });
    assert_eq!(verifying(&key(n(1025), "AQAB")).unwrap_err(), KeyError::RsaModulus { bits: 8200 });
    for e in ["AQ", "Ag", "AA", "", "AQAA"] {
        assert_eq!(verifying(&key(n(256), e)).unwrap_err(), KeyError::RsaExponent, "{e}");
    }
    // Leading zeros do not make it longer.
    let padded = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xc5; 127], vec![1]].concat());
    assert!(verifying(&key(padded, "AQAB")).is_err());
}

#[test]
fn rfc7518_s3_2_and_rfc8725_s3_5_a_short_or_monotonous_secret_is_refused() {
    let secret = |bytes: &[u8]| {
        let k = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes);
        SigningKey::<Hs256>::from_jwk(&json!({ "kty": "oct", "k": k }).to_string().into()).map(|_| ())
    };
    let good: Vec<u8> = (0..32).collect();
    assert_eq!(secret(&good), Ok(()));
    assert_eq!(secret(&good[..31]), Err(KeyError::Weak(WeakSecret::TooShort { len: 31 })));
    assert_eq!(secret(&[]), Err(KeyError::Weak(WeakSecret::TooShort { len: 0 })));
    assert_eq!(secret(&[0; 32]), Err(KeyError::Weak(WeakSecret::Repetitive)));
    assert_eq!(secret(b"please changeme please changeme!"), Err(KeyError::Weak(WeakSecret::WellKnown)));
}

#[test]
fn rfc7517_s4_a_key_of_another_form_is_refused() {
    for broken in [
        json!({}),
        json!([]),
        json!({ "kty": 7 }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44" }),
        json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": "AA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": 7, "y": 7 }),
        with(p256(), &json!({ "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=" })),
        with(p256(), &json!({ "kid": 7 })),
    ] {
        assert!(verifying(&broken).is_err(), "{broken}");
    }
    assert!(VerifyingKey::<Any>::from_jwk(r#"{"kty":"OKP","kty":"EC"}"#).is_err());
    assert_eq!(signing(&without(p256(), "d")).unwrap_err(), KeyError::NotPrivate);
}

#[test]
fn an_rsa_key_without_alg_is_for_rs256_unless_ps256_is_chosen() {
    assert_eq!(VerifyingKey::<Any>::from_pem(pem!("rsa.pub")).unwrap().algorithm().name(), "RS256");
    assert_eq!(VerifyingKey::<Ps256>::from_pem(pem!("rsa.pub")).unwrap().algorithm().name(), "PS256");
}
