//! Bound tokens of another issuer.

use auth_core::prelude::*;
use auth_core::testing::TestClock;
use auth_core::{Dpop, Timestamp};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde_json::{Value, json};

use super::server::IssuerServer;
use super::{NOW, Service, claims, token, trust};
use crate::forge::Forger;

/// The thumbprint of the client's key.
fn thumbprint(client: &Forger) -> String {
    Jwk::from_encoding_key(&client.key, client.algorithm).unwrap().thumbprint(ThumbprintHash::SHA256).unwrap()
}

fn proof(client: &Forger, jti: &str, token: &str) -> String {
    let jwk = Jwk::from_encoding_key(&client.key, client.algorithm).unwrap();
    let header = json!({ "typ": "dpop+jwt", "alg": format!("{:?}", client.algorithm), "jwk": jwk });
    let ath = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let claims = json!({
        "jti": jti, "htm": "GET", "htu": "https://api.example/me", "iat": NOW, "ath": BASE64_URL_SAFE_NO_PAD.encode(ath),
    });
    client.token(&header.to_string(), &claims.to_string())
}

async fn use_token(service: &Service, scheme: &str, token: &str, proof: Option<String>) -> u16 {
    let request = service.http.get(format!("{}/me", service.url)).header("Authorization", format!("{scheme} {token}"));
    let request = proof.into_iter().fold(request, |request, proof| request.header("DPoP", proof));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn rfc9449_s6_1_a_bound_token_of_another_issuer_is_accepted_only_with_its_key() {
    let issuer = Forger::es256();
    let server = IssuerServer::start(&[("k", &issuer)]).await;
    let builder =
        Auth::resource_server("api").trust(trust(&server)).dpop(Dpop::required().address("https://api.example"));
    let service = Service::start(builder, TestClock::at(Timestamp::from_secs(NOW))).await;
    let (client, thief) = (Forger::eddsa(), Forger::es256());
    let issued = |cnf: Option<Value>| {
        let mut claims = claims(&server.url);
        claims.extend(cnf.map(|cnf| ("cnf".to_owned(), cnf)));
        token(&issuer, "k", claims)
    };
    let bound = issued(Some(json!({ "jkt": thumbprint(&client) })));
    assert_eq!(use_token(&service, "DPoP", &bound, Some(proof(&client, "1", &bound))).await, 200);
    assert_eq!(use_token(&service, "DPoP", &bound, Some(proof(&client, "1", &bound))).await, 401, "again");
    assert_eq!(use_token(&service, "DPoP", &bound, None).await, 401, "no proof");
    assert_eq!(use_token(&service, "DPoP", &bound, Some(proof(&thief, "2", &bound))).await, 401, "another key");
    assert_eq!(use_token(&service, "Bearer", &bound, Some(proof(&client, "2", &bound))).await, 401, "as bearer");
    let unbound = issued(None);
    for scheme in ["Bearer", "DPoP"] {
        let proof = Some(proof(&client, "3", &unbound));
        assert_eq!(use_token(&service, scheme, &unbound, proof).await, 401, "unbound, {scheme}");
    }
    let by_certificate = issued(Some(json!({ "x5t#S256": thumbprint(&client) })));
    assert_eq!(use_token(&service, "DPoP", &by_certificate, Some(proof(&client, "4", &by_certificate))).await, 401);
    let by_both = issued(Some(json!({ "jkt": thumbprint(&client), "x5t#S256": thumbprint(&client) })));
    assert_eq!(use_token(&service, "DPoP", &by_both, Some(proof(&client, "5", &by_both))).await, 401);
    let by_a_list = issued(Some(json!([thumbprint(&client)])));
    assert_eq!(use_token(&service, "DPoP", &by_a_list, Some(proof(&client, "6", &by_a_list))).await, 401);
    assert_eq!(use_token(&service, "DPoP", &bound, Some(proof(&client, "2", &bound))).await, 200);
}

#[test]
fn a_resource_server_must_name_its_address() {
    let issuer = auth_core::issuer::Issuer::new("https://issuer.example", "api").unwrap();
    let built = Auth::resource_server("api").trust(issuer).dpop(Dpop::optional()).build();
    assert!(built.expect_err("it was built").to_string().contains("Dpop::address"));
}
