//! Every algorithm, compared with another implementation.

use auth_core::token::{Any, EdDsa, Es256, Hs256, KeyError, KeySet, Ps256, Rs256, SigningKey, VerifyingKey};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::forge::{Forger, SECRET, pem};
use crate::service::{AUDIENCE, ISSUER, Service};

fn every_algorithm() -> Vec<(KeySet, Forger)> {
    vec![
        (SigningKey::hs256(&SECRET.to_owned().into()).unwrap().into(), Forger::hs256()),
        (SigningKey::<EdDsa>::from_pem(&pem!("ed25519").into()).unwrap().into(), Forger::eddsa()),
        (SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap().into(), Forger::es256()),
        (SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap().into(), Forger::rsa(Algorithm::RS256)),
        (SigningKey::<Ps256>::from_pem(&pem!("rsa").into()).unwrap().into(), Forger::rsa(Algorithm::PS256)),
    ]
}

#[tokio::test]
async fn rfc7518_s3_1_every_algorithm_signs_and_verifies_a_token() {
    for (keys, forger) in every_algorithm() {
        let service = Service::start(keys).await;
        assert_eq!(service.header()["alg"], format!("{:?}", forger.algorithm));
        assert_eq!(service.me(&service.token).await, 200, "{:?}, our own", forger.algorithm);
        let theirs = forger.with_claims(&service, |claims| drop(claims.insert("jti".into(), "of another".into())));
        assert_eq!(service.me(&theirs).await, 200, "{:?}, another library's", forger.algorithm);
    }
}

#[tokio::test]
async fn rfc7517_s5_another_library_verifies_our_tokens_with_our_key_set() {
    for (keys, forger) in every_algorithm().split_off(1) {
        let service = Service::start(keys).await;
        let set: JwkSet = service.get("/.well-known/jwks.json").await.json().await.unwrap();
        let header = jsonwebtoken::decode_header(&service.token).unwrap();
        let jwk = set.find(&header.kid.unwrap()).unwrap();
        let mut wanted = Validation::new(forger.algorithm);
        wanted.set_audience(&[AUDIENCE]);
        wanted.set_issuer(&[ISSUER]);
        wanted.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let key = DecodingKey::from_jwk(jwk).unwrap();
        jsonwebtoken::decode::<Value>(&service.token, &key, &wanted).unwrap();
    }
}

#[tokio::test]
async fn rfc8725_s3_1_a_key_verifies_one_algorithm_whatever_the_header_says() {
    let forgers = every_algorithm();
    for (keys, own) in every_algorithm() {
        let service = Service::start(keys).await;
        for (_, forger) in forgers.iter().filter(|(_, forger)| forger.algorithm != own.algorithm) {
            let honest = forger.with_header(&service, |header| {
                drop(header.insert("alg".into(), json!(format!("{:?}", forger.algorithm))));
            });
            assert_eq!(service.me(&honest).await, 401, "{:?} for {:?}", forger.algorithm, own.algorithm);
            let lying = forger.with_header(&service, |_| {});
            assert_eq!(service.me(&lying).await, 401, "{:?} as {:?}", forger.algorithm, own.algorithm);
        }
    }
}

/// Key confusion, the oldest attack on JWT: the public key as an HMAC secret.
#[tokio::test]
async fn rfc8725_s2_1_a_public_key_is_not_an_hmac_secret() {
    for (name, keys) in [
        (pem!("p256.pub"), KeySet::from(SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap())),
        (pem!("rsa.pub"), KeySet::from(SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap())),
    ] {
        let service = Service::start(keys).await;
        let mut forger = Forger::hs256();
        forger.key = jsonwebtoken::EncodingKey::from_secret(name.as_bytes()).unwrap();
        let token = forger.with_header(&service, |header| drop(header.insert("alg".into(), "HS256".into())));
        assert_eq!(service.me(&token).await, 401);
    }
}

#[test]
fn keys_are_read_in_every_common_encoding() {
    for (text, algorithm) in [
        (pem!("ed25519"), "EdDSA"),
        (pem!("p256"), "ES256"),
        (pem!("p256.sec1"), "ES256"),
        (pem!("rsa"), "RS256"),
        (pem!("rsa.pkcs1"), "RS256"),
    ] {
        assert_eq!(SigningKey::<Any>::from_pem(&text.into()).unwrap().algorithm().name(), algorithm);
    }
    let kid = |text| VerifyingKey::<Any>::from_pem(text).unwrap().kid().to_owned();
    assert_eq!(kid(pem!("ed25519")), kid(pem!("ed25519.pub")));
    assert_eq!(kid(pem!("p256")), kid(pem!("p256.pub")));
    assert_eq!(kid(pem!("p256")), kid(pem!("p256.sec1")));
    assert_eq!(kid(pem!("rsa")), kid(pem!("rsa.pub")));
    assert_eq!(kid(pem!("rsa.pkcs1.pub")), kid(pem!("rsa.pkcs1")));
}

#[test]
fn the_error_of_an_unusable_key_names_the_reason() {
    let refused = |text: &str| SigningKey::<Any>::from_pem(&text.into()).unwrap_err();
    assert_eq!(refused(pem!("ed25519.pub")), KeyError::NotPrivate);
    assert!(matches!(refused(pem!("p384")), KeyError::Unsupported(_)));
    for small in [pem!("rsa1024"), pem!("rsa1024.pkcs1")] {
        assert_eq!(refused(small), KeyError::RsaModulus { bits: 1024 });
    }
    for encrypted in [pem!("encrypted"), pem!("encrypted.pkcs1")] {
        assert!(refused(encrypted).to_string().contains("encrypted private key; decrypt it with `openssl pkey`"));
    }
    let certificate = VerifyingKey::<Any>::from_pem(pem!("certificate")).unwrap_err();
    assert_eq!(refused(pem!("certificate")), certificate);
    assert!(certificate.to_string().contains("openssl x509 -pubkey"), "{certificate}");
    let openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";
    assert!(refused(openssh).to_string().contains("ssh-keygen -p -m PKCS8"));
    assert!(matches!(refused("-----BEGIN NOTHING"), KeyError::Unreadable(_)));
    assert!(matches!(refused(&[pem!("p256"), pem!("ed25519")].concat()), KeyError::Unreadable(_)));
    assert!(matches!(VerifyingKey::<Any>::from_pem(pem!("rsa1024.pub")), Err(KeyError::RsaModulus { bits: 1024 })));
    let wrong = SigningKey::<EdDsa>::from_pem(&pem!("p256").into()).unwrap_err();
    assert!(wrong.to_string().contains("for EdDSA, found one for ES256"), "{wrong}");
}

#[test]
fn rfc4055_s1_2_a_key_for_rsassa_pss_is_for_ps256_alone() {
    for text in [pem!("pss.pub"), pem!("pss256.pub"), pem!("pss256")] {
        assert_eq!(VerifyingKey::<Any>::from_pem(text).unwrap().algorithm().name(), "PS256");
        assert_eq!(VerifyingKey::<Ps256>::from_pem(text).unwrap().algorithm().name(), "PS256");
        assert!(matches!(VerifyingKey::<Rs256>::from_pem(text), Err(KeyError::Algorithm { .. })));
    }
    assert_eq!(SigningKey::<Any>::from_pem(&pem!("pss256").into()).unwrap().algorithm().name(), "PS256");
    for other_hash in [pem!("pss512.pub"), pem!("pss512")] {
        assert!(matches!(VerifyingKey::<Any>::from_pem(other_hash), Err(KeyError::Unsupported(_))));
    }
}

#[test]
fn no_key_appears_in_debug_output() {
    let key = SigningKey::<Any>::from_pem(&pem!("ed25519").into()).unwrap();
    let secret = SigningKey::<Hs256>::hs256(&SECRET.to_owned().into()).unwrap();
    let shown = format!("{key:?} {secret:?} {:?} {:?}", key.verifying_key(), secret.verifying_key());
    for line in pem!("ed25519").lines().chain([SECRET]) {
        assert!(!shown.contains(line));
    }
}
