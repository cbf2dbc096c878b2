//! The compact serialisation of a token.

use crate::forge::{Forger, SECRET};
use crate::service::Service;
use auth_core::token::SigningKey;

async fn service() -> Service {
    Service::start(SigningKey::hs256(&SECRET.to_owned().into()).unwrap()).await
}

#[tokio::test]
async fn rfc7515_s7_1_a_token_has_three_parts() {
    let service = service().await;
    let token = &service.token;
    let (message, _) = token.rsplit_once('.').unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    for broken in [
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.e30"),
        format!("{header}.{token}"),
        format!("{header}..{rest}"),
        message.to_owned(),
        format!("{message}."),
        header.to_owned(),
        "..".to_owned(),
        ".".to_owned(),
    ] {
        assert_eq!(service.me(&broken).await, 401, "{broken}");
    }
    assert_eq!(service.me(token).await, 200);
}

#[tokio::test]
async fn rfc7515_s2_base64url_has_no_padding_no_white_space_and_no_unused_bits() {
    let service = service().await;
    let forger = Forger::hs256();
    let parts: Vec<&str> = service.token.split('.').collect();
    for change in [|part: &str| format!("{part}="), |part: &str| format!("{part}=="), |part: &str| format!("{part}+")] {
        for index in 0..3 {
            let mut broken: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            broken[index] = change(&broken[index]);
            assert_eq!(service.me(&broken.join(".")).await, 401, "{index}, as it is");
            // Signed over the malformed part, so that only the encoding can be refused.
            if index < 2 {
                let token = forger.sign(&format!("{}.{}", broken[0], broken[1]));
                assert_eq!(service.me(&token).await, 401, "{index}, signed over");
            }
        }
    }
    // `{}` and an unused bit.
    let spare = forger.sign(&format!("{}.e31", parts[0]));
    assert_eq!(service.me(&spare).await, 401);
}

#[tokio::test]
async fn a_token_over_8_kib_is_not_parsed() {
    let service = service().await;
    let forger = Forger::hs256();
    let padded = |bytes: usize| {
        forger.with_claims(&service, |claims| drop(claims.insert("padding".into(), "x".repeat(bytes).into())))
    };
    let empty = padded(0).len();
    // Four base64 characters encode three bytes.
    let fits = padded((8 * 1024 - empty) / 4 * 3);
    assert!(fits.len() <= 8 * 1024 && fits.len() > 8 * 1024 - 8, "{}", fits.len());
    assert_eq!(service.me(&fits).await, 200);
    assert_eq!(service.me(&padded((8 * 1024 - empty) / 4 * 3 + 8)).await, 401);
}
