//! Headers of other issuers' tokens.

use serde_json::{Value, json};

use super::server::{IssuerServer, set};
use super::{claims, pair};
use crate::forge::Forger;

#[tokio::test]
async fn rfc8725_s3_10_a_key_in_the_header_is_neither_used_nor_fetched() {
    let (server, service, forger) = pair().await;
    let evil = IssuerServer::start(&[("k", &Forger::eddsa())]).await;
    let payload = Value::from(claims(&server.url)).to_string();
    let jwk = set(&[("k", &Forger::eddsa())])["keys"][0].clone();
    for (name, value) in [
        ("jku", json!(format!("{}/jwks", evil.url))),
        ("x5u", json!(format!("{}/jwks", evil.url))),
        ("x5c", json!(["MIIB"])),
        ("jwk", jwk),
        ("jku", Value::Null),
    ] {
        let header = |alg: &str| json!({ "typ": "at+jwt", "alg": alg, "kid": "k", name: value }).to_string();
        assert_eq!(service.me(&forger.token(&header("ES256"), &payload)).await, 200, "{name}");
        assert_eq!(service.me(&Forger::eddsa().token(&header("EdDSA"), &payload)).await, 401, "{name}");
    }
    assert_eq!(evil.fetches(), 0);
}

#[tokio::test]
async fn rfc7515_s4_1_11_an_extension_of_another_issuer_is_refused() {
    let (server, service, forger) = pair().await;
    let payload = Value::from(claims(&server.url)).to_string();
    for (name, value) in [("crit", json!(["exp"])), ("b64", json!(true)), ("zip", json!("DEF"))] {
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "k", name: value }).to_string();
        assert_eq!(service.me(&forger.token(&header, &payload)).await, 401, "{name}");
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_may_have_16_kib() {
    let (server, service, forger) = pair().await;
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "k" }).to_string();
    let padded = |padding: usize| {
        let mut claims = claims(&server.url);
        claims.insert("groups".into(), "x".repeat(padding).into());
        forger.token(&header, &Value::from(claims).to_string())
    };
    // Three bytes are four characters of base64url.
    let limit = 16 * 1024;
    let padding = (limit - padded(0).len()) / 4 * 3;
    let (longest, longer) = (padded(padding), padded(padding + 3));
    assert!((limit - 3..=limit).contains(&longest.len()) && longer.len() == longest.len() + 4);
    assert_eq!((service.me(&longest).await, service.me(&longer).await), (200, 401));
}
