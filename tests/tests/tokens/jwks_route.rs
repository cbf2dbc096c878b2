//! `GET /.well-known/jwks.json`.

use auth_core::Context;
use auth_core::token::{EdDsa, Es256, Rs256, SigningKey};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::forge::{SECRET, pem};
use crate::service::Service;

const PATH: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn rfc7517_s5_the_set_contains_every_accepted_public_key_and_no_secret() {
    let secret = SigningKey::hs256(&SECRET.to_owned().into()).unwrap();
    let service = Service::start(secret).await;
    assert_eq!(service.get(PATH).await.json::<Value>().await.unwrap(), json!({ "keys": [] }));

    service
        .auth
        .rotate_key(&Context::system("test"), SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap())
        .unwrap();
    service
        .auth
        .accept_key(
            &Context::system("test"),
            SigningKey::<EdDsa>::from_pem(&pem!("ed25519").into()).unwrap().verifying_key(),
        )
        .unwrap();
    let rsa = SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap();
    service.auth.accept_key(&Context::system("test"), rsa.verifying_key()).unwrap();
    let text = service.get(PATH).await.text().await.unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    let mut keys: Vec<_> =
        set["keys"].as_array().unwrap().iter().map(|key| (key["kty"].clone(), key["alg"].clone())).collect();
    keys.sort_by_key(|(kty, _)| kty.to_string());
    assert_eq!(keys, [(json!("EC"), json!("ES256")), (json!("OKP"), json!("EdDSA")), (json!("RSA"), json!("RS256"))]);
    for key in set["keys"].as_array().unwrap() {
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{private} of {key}");
        }
    }

    service.auth.retire_key(&Context::system("test"), rsa.kid()).unwrap();
    assert!(!service.get(PATH).await.text().await.unwrap().contains("RSA"));
}

#[tokio::test]
async fn rfc9110_s13_1_2_the_set_is_cached_and_revalidated_by_its_etag() {
    let service = Service::start(SigningKey::<EdDsa>::generate().unwrap()).await;
    let first = service.get(PATH).await;
    assert_eq!(first.headers()["content-type"], "application/jwk-set+json");
    assert_eq!(first.headers()["cache-control"], "public, max-age=300");
    let tag = first.headers()["etag"].clone();
    let again =
        |tag: &str| service.http.get(format!("{}{PATH}", service.url)).header("if-none-match", tag.to_owned()).send();
    let known = again(tag.to_str().unwrap()).await.unwrap();
    assert_eq!((known.status(), known.headers()["etag"].clone()), (StatusCode::NOT_MODIFIED, tag.clone()));
    assert_eq!(known.text().await.unwrap(), "");
    let listed = format!("\"other\", W/{}", tag.to_str().unwrap());
    assert_eq!(again(&listed).await.unwrap().status(), StatusCode::NOT_MODIFIED);

    service.auth.rotate_key(&Context::system("test"), SigningKey::<EdDsa>::generate().unwrap()).unwrap();
    assert_eq!(again(tag.to_str().unwrap()).await.unwrap().status(), StatusCode::OK);
}
