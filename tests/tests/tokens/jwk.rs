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

fn ed25519() -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519",
        "d": "WZSlwWK7ERddGDbr1gJd8kLCJxkT3lHdofIdHhZTsk4",
        "x": "M_q8a7iHQfZO3TZB0lzXTnuPDLIz2kzSn7Nq9G8UHUU",
    })
}

fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "Qg6oXhrrdK_YwO7HqZ1XVAdutdJY0D0knxMv7lVyOaA",
        "y": "sWz06G4GRg4Rt_09RUbkyXgCy1emDfEEOHeRy1yU6MI",
        "d": "mwlJuisf1Fe7-rXvoKCp6JJCaNmngGaAfZhS39WaGO4",
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
    let off = json!({ "y": "sWz06G4GRg4Rt_09RUbkyXgCy1emDfEEOHeRy1yU6MM" });
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
    let good: Vec<u8> = (0..32_u8).map(|n| n.wrapping_mul(89)).collect();
    assert_eq!(secret(&good), Ok(()));
    assert_eq!(secret(&good[..31]), Err(KeyError::Weak(WeakSecret::TooShort { len: 31 })));
    assert_eq!(secret(&[]), Err(KeyError::Weak(WeakSecret::TooShort { len: 0 })));
    assert_eq!(secret(&[0; 32]), Err(KeyError::Weak(WeakSecret::Repetitive)));
    for placeholder in [
        &b"please changeme, please! 0x9v8u7t"[..],
        b"CHANGE-THIS-before-you-start-2026",
        b"my_secret: 8f3kd02lmc8273hfkc92xq",
    ] {
        assert_eq!(secret(placeholder), Err(KeyError::Weak(WeakSecret::WellKnown)));
    }
    let sequence: Vec<u8> = (0..32).collect();
    for guessable in [
        &sequence[..],
        b"abcdefghijklmnopqrstuvwxyz0123456789",
        b"ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210",
        b"k3Jx9Qm2Wz7Lp5Vtk3Jx9Qm2Wz7Lp5Vt",
        b"k3Jx9Qm2Wz7Lk3Jx9Qm2Wz7Lk3Jx9Qm2",
        b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    ] {
        assert_eq!(secret(guessable), Err(KeyError::Weak(WeakSecret::Repetitive)), "{guessable:?}");
    }
}

/// RFC 7515 A.1, as bytes, as its base64url text, and in hexadecimal.
#[test]
fn secrets_of_standards_are_refused_in_every_encoding() {
    for k in [
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    ] {
        let jwk = json!({ "kty": "oct", "k": k }).to_string();
        let well_known = WeakSecret::WellKnown;
        assert_eq!(SigningKey::<Hs256>::from_jwk(&jwk.into()).unwrap_err(), KeyError::Weak(well_known));
        let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(k).unwrap();
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let standard = base64::prelude::BASE64_STANDARD.encode(&bytes);
        for text in [k.to_owned(), hex, standard] {
            assert_eq!(SigningKey::hs256(&text.into()).unwrap_err(), well_known);
        }
    }
}

/// The private halves are in RFC 8037 A.1, RFC 7515 A.2 and A.3, and RFC 7517 A.2.
#[test]
fn keys_of_standards_are_refused() {
    for jwk in [
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" }),
    ] {
        assert_eq!(signing(&jwk).unwrap_err(), KeyError::Published);
        assert_eq!(verifying(&without(jwk, "d")).unwrap_err(), KeyError::Published);
    }
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCg\
        NMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmt\
        dVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    assert_eq!(verifying(&json!({ "kty": "RSA", "n": n, "e": "AQAB" })).unwrap_err(), KeyError::Published);
}

#[test]
fn an_ed25519_key_of_small_order_is_refused() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    for y in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        for sign in [0, 0x80] {
            let mut x = bytes(y);
            x[31] |= sign;
            let x = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(x);
            let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
            assert_eq!(verifying(&jwk).unwrap_err(), KeyError::SmallOrder, "{y}");
        }
    }
}

/// A modulus of the form `65537^a mod M` modulo `M`, the product of the primes up to 167.
#[test]
fn an_rsa_key_with_the_roca_fingerprint_is_refused() {
    let n = "okg4EDr1CEOMvFglKWU4ztML4pVJADeKzp7Rc6n3bGA2YS9W-EHT-G8Kci9Wsj93fdr0-0iLgeV7Xeq17D4-2fkOOJuZ6ICs3b2wg3D2fE5Kb1kRj\
        jiOw00AjJpYmgPiO8i3YSJQEJu4e4ieEFpY9FSnuyxWuD1qTHcpiZtvYGHSSN9R1zuB5mwwKUDS6PuYM7cjllEQsUg4rTeasxjCS9Bqawaf2gO3sAe_M0\
        p2qPpaOTVufozAjjXgWQ7JDSMWWEE4psQC5VJBl76NXA_fIVcJCecoCYBWea0TunRRPqOEnDfnmgHaAGkrvJ8LXqC2AZNw-d4BPCU7NHH7VoaKYQ";
    assert_eq!(verifying(&json!({ "kty": "RSA", "n": n, "e": "AQAB" })).unwrap_err(), KeyError::Roca);
}

#[test]
fn rfc7517_s4_a_key_of_another_form_is_refused() {
    for broken in [
        json!({}),
        json!([]),
        json!(["OKP", null, null, null, null, "Ed25519", ed25519()["x"]]),
        json!({ "kty": 7 }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44" }),
        json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": "AA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": 7, "y": 7 }),
        with(p256(), &json!({ "x": "Qg6oXhrrdK_YwO7HqZ1XVAdutdJY0D0knxMv7lVyOaA=" })),
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
