//! The examples of RFC 7520 and RFC 8037, with their keys and tokens unchanged.

use std::fs;
use std::path::Path;

use auth_core::testing::{VectorRefused, open_jws};
use auth_core::token::{KeyError, SigningKey, TokenError, VerifyingKey, WeakSecret};
use serde_json::Value;

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/rfc7520").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The verifying key; a secret both signs and verifies.
fn public(key: &Value) -> String {
    let mut key = key.as_object().unwrap().clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        key.remove(private);
    }
    Value::from(key).to_string()
}

/// An example of a signature: its key, compact serialisation and payload.
fn example(file: &str) -> (String, String, String) {
    let example = read(file);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (input, output) = (&example["input"], &example["output"]);
    (public(&input["key"]), text(&output["compact"]), text(&input["payload"]))
}

fn opens(file: &str) {
    let (key, token, payload) = example(file);
    assert_eq!(String::from_utf8(open_jws(&key, &token).unwrap()).unwrap(), payload);
    // Changes each character once.
    for at in 0..token.len() {
        for other in ["A", "B", "."] {
            let mut tampered = token.clone();
            tampered.replace_range(at..=at, other);
            assert!(tampered == token || open_jws(&key, &tampered).is_err(), "{file}, {at}: {tampered}");
        }
    }
}

#[test]
fn rfc7520_s4_1_and_rfc8725_s3_3_the_rs256_signature_verifies_and_no_changed_token_does() {
    opens("jws/4_1.rsa_v15_signature.json");
}

#[test]
fn rfc7520_s4_2_ps384_is_not_supported() {
    let (key, token, _) = example("jws/4_2.rsa-pss_signature.json");
    assert_eq!(open_jws(&key, &token), Err(TokenError::Header("unsupported `alg`").into()));
}

#[test]
fn rfc7520_s4_3_es512_and_its_curve_are_not_supported() {
    let (key, token, _) = example("jws/4_3.ecdsa_signature.json");
    assert!(matches!(open_jws(&key, &token), Err(VectorRefused::Key(KeyError::Unsupported(_)))));
    let (of_4_1, ..) = example("jws/4_1.rsa_v15_signature.json");
    assert_eq!(open_jws(&of_4_1, &token), Err(TokenError::Header("unsupported `alg`").into()));
}

#[test]
fn rfc7520_s4_4_the_hs256_tag_verifies_and_no_changed_token_does() {
    opens("jws/4_4.hmac-sha2_integrity_protection.json");
}

#[test]
fn rfc7520_s4_5_detached_content_is_refused() {
    let (key, token, _) = example("jws/4_5.signature_with_detached_content.json");
    assert_eq!(open_jws(&key, &token), Err(TokenError::Signature.into()));
}

/// Sections 4.6 to 4.8 have only this serialisation.
#[test]
fn rfc7520_s4_6_the_json_serialisation_is_not_a_bearer_token() {
    let mut count = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/rfc7520/jws")).unwrap() {
        let file = format!("jws/{}", entry.unwrap().file_name().to_str().unwrap());
        let example = read(&file);
        let key = &example["input"]["key"];
        let key = public(key.as_array().map_or(key, |keys| &keys[0]));
        for form in ["json", "json_flat"] {
            // Its curve is not supported, so its key cannot verify a token.
            let Some(token) = example["output"].get(form).filter(|_| !file.contains("4_3")) else { continue };
            count += 1;
            assert!(matches!(open_jws(&key, &token.to_string()), Err(VectorRefused::Token(_))), "{file}, {form}");
        }
    }
    assert_eq!(count, 15);
}

#[test]
fn rfc8037_s3_1_the_ed25519_signature_verifies_and_no_changed_token_does() {
    opens("jws/rfc8037_a_4.ed25519_signature.json");
}

#[test]
fn rfc7520_s3_each_key_is_read_for_its_use_and_refused_for_others() {
    let verifying = |file: &str| VerifyingKey::<auth_core::token::Any>::from_jwk(&read(file).to_string());
    let signing = |file: &str| SigningKey::<auth_core::token::Any>::from_jwk(&read(file).to_string().into());
    for file in ["jwk/3_1.ec_public_key.json", "jwk/3_2.ec_private_key.json"] {
        assert!(matches!(verifying(file), Err(KeyError::Unsupported(_))), "{file} is of P-521");
        assert!(matches!(signing(file), Err(KeyError::Unsupported(_))), "{file} is of P-521");
    }
    assert_eq!(signing("jwk/3_3.rsa_public_key.json").unwrap_err(), KeyError::NotPrivate);
    // They can be used, and must not be: their private halves are published.
    assert_eq!(verifying("jwk/3_3.rsa_public_key.json").unwrap_err(), KeyError::Published);
    assert_eq!(signing("jwk/3_4.rsa_private_key.json").unwrap_err(), KeyError::Published);
    let secret = signing("jwk/3_5.symmetric_key_mac_computation.json").unwrap_err();
    assert_eq!(secret, KeyError::Weak(WeakSecret::WellKnown));
    assert!(signing("jwk/3_6.symmetric_key_encryption.json").is_err(), "it is for encryption");
    assert!(verifying("jwk/3_6.symmetric_key_encryption.json").is_err(), "it is for encryption");
}
