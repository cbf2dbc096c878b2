//! Section 7: a bound token is used with its key, and not as a bearer token.

use auth_core::token::TokenError;
use auth_core::{Dpop, ProofError};
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Bound, Prover, claims, encoded, proof, send};
use crate::service::Answer;

/// A request to `/me` with this `Authorization` header.
async fn me(service: &Bound, authorization: &str, proofs: &[&str]) -> Answer {
    let mut headers = vec![("Authorization", authorization)];
    headers.extend(proofs.iter().map(|proof| ("DPoP", *proof)));
    send(service, Method::GET, "/me", &headers, &[]).await
}

#[tokio::test]
async fn rfc9449_s7_1_a_bound_token_is_used_with_a_proof_of_its_key() {
    let (service, prover, another) = (Bound::optional().await, Prover::es256(), Prover::another());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let used = prover.using(&service, "GET", "/me", &token);
        assert_eq!(me(&service, &format!("{scheme} {token}"), &[&used]).await.status, 200, "{scheme}");
    }
    let used = another.using(&service, "GET", "/me", &token);
    me(&service, &format!("DPoP {token}"), &[&used]).await.is_refused_use("invalid_token", "another key");
    service.reasons.are(&TokenError::Bound, "another key");
}

#[tokio::test]
async fn rfc9449_s7_2_a_bound_token_is_not_a_bearer_token() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let used = prover.using(&service, "GET", "/me", &token);
    for proofs in [&[][..], &[used.as_str()]] {
        let answer = me(&service, &format!("Bearer {token}"), proofs).await;
        answer.is_refused_use("invalid_token", "as a bearer token");
        let bearer = answer.challenge_of("Bearer").unwrap();
        assert_eq!(bearer, "Bearer realm=\"api\", error=\"invalid_token\"");
        service.reasons.are(&TokenError::Bound, "as a bearer token");
    }
}

#[tokio::test]
async fn rfc9449_s7_1_an_unbound_token_is_refused_with_the_dpop_scheme() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(None).await.access();
    let used = prover.using(&service, "GET", "/me", &token);
    me(&service, &format!("DPoP {token}"), &[&used]).await.is_refused_use("invalid_token", "bound to nothing");
    service.reasons.are(&TokenError::NotBound, "bound to nothing");
    assert_eq!(me(&service, &format!("Bearer {token}"), &[&used]).await.status, 200, "a needless proof does no harm");
}

#[tokio::test]
async fn rfc9449_s7_1_the_challenge_names_the_accepted_schemes() {
    let (optional, required) = (Bound::optional().await, Bound::required().await);
    let answer = send(&optional, Method::GET, "/me", &[], &[]).await;
    assert_eq!(answer.challenge_of("Bearer"), Some("Bearer realm=\"api\""));
    assert_eq!(answer.challenge_of("DPoP"), Some("DPoP realm=\"api\", algs=\"ES256 EdDSA PS256 RS256\""));
    let answer = send(&required, Method::GET, "/me", &[], &[]).await;
    assert_eq!(answer.challenge(), "DPoP realm=\"api\", algs=\"ES256 EdDSA PS256 RS256\"");
    // An invalid proof is answered with the `DPoP` challenge only.
    let prover = Prover::es256();
    let token = optional.login(Some(&prover.for_tokens(&optional))).await.access();
    let answer = me(&optional, &format!("DPoP {token}"), &[]).await;
    answer.is_refused_use("invalid_dpop_proof", "no proof");
    optional.reasons.are(&proof(ProofError::Missing), "no proof");
    assert_eq!(answer.challenge_of("Bearer"), Some("Bearer realm=\"api\""));
}

#[tokio::test]
async fn rfc9449_s7_1_insufficient_scope_has_a_dpop_challenge() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let used = prover.using(&service, "GET", "/reports", &token);
    let authorization = format!("DPoP {token}");
    let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
    let answer = send(&service, Method::GET, "/reports", &headers, &[]).await;
    assert_eq!(answer.status, 403);
    let challenge = answer.challenge_of("DPoP").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope", scope="reports:read""#), "{challenge}");
}

#[tokio::test]
async fn rfc9449_s7_2_two_authorization_headers_are_refused() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let bound = service.login(Some(&prover.for_tokens(&service))).await.access();
    let bearer = service.login(None).await.access();
    let (bearer, bound) = (format!("Bearer {bearer}"), format!("DPoP {bound}"));
    let answer =
        send(&service, Method::GET, "/me", &[("Authorization", &bearer), ("Authorization", &bound)], &[]).await;
    assert_eq!(answer.status, 400);
    assert!(answer.challenge_of("DPoP").unwrap().contains(r#"error="invalid_request""#));
}

#[tokio::test]
async fn where_dpop_is_required_an_unbound_token_is_refused() {
    let (service, prover) = (Bound::required().await, Prover::es256());
    let unbound = auth_core::testing::sign_in(&service.auth, &service.subject, "pwd", "").await.unwrap();
    let answer = me(&service, &format!("Bearer {}", unbound.expose()), &[]).await;
    answer.is_refused_use("invalid_token", "a bearer token");
    assert_eq!(answer.challenge_of("Bearer"), None);
    service.reasons.are(&TokenError::NotBound, "a bearer token");
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let used = prover.using(&service, "GET", "/me", &token);
    assert_eq!(service.get_me(&token, &used).await.status, 200);
    // An API key is not a token.
    let key = service.api_key(&["introspect"]).await;
    assert_eq!(service.introspect(&key, &token).await.json()["active"], true);
}

#[tokio::test]
async fn without_dpop_the_scheme_and_a_bound_token_are_refused() {
    let (service, prover) = (Bound::start(|builder| builder).await, Prover::es256());
    let token = service.login(None).await.access();
    let bound = forged(&token, |claims| claims["cnf"] = json!({ "jkt": prover.thumbprint }));
    assert_eq!(service.me(&forged(&token, |_| ())).await, 200, "the forged token is valid without a change");
    for (authorization, reason) in [
        (format!("Bearer {bound}"), TokenError::Bound),
        (format!("DPoP {bound}"), TokenError::DpopIsOff),
        (format!("DPoP {token}"), TokenError::DpopIsOff),
    ] {
        let used = prover.using(&service, "GET", "/me", &bound);
        let answer = me(&service, &authorization, &[&used]).await;
        assert_eq!((answer.status, answer.challenge()), (401, "Bearer realm=\"api\", error=\"invalid_token\""));
        service.reasons.are(&reason, &authorization[..6]);
    }
}

#[tokio::test]
async fn rfc9449_s6_1_a_token_with_another_confirmation_method_is_refused() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    for cnf in [
        Value::Null,
        json!({}),
        json!("jkt"),
        json!({ "jkt": null }),
        json!({ "jkt": 1 }),
        json!({ "x5t#S256": prover.thumbprint }),
        json!({ "jkt": prover.thumbprint, "x5t#S256": prover.thumbprint }),
        json!([{ "jkt": prover.thumbprint }]),
    ] {
        let forged = forged(&token, |claims| claims["cnf"] = cnf.clone());
        let used = prover.using(&service, "GET", "/me", &forged);
        for scheme in ["Bearer", "DPoP"] {
            let answer = me(&service, &format!("{scheme} {forged}"), &[&used]).await;
            answer.is_refused_use("invalid_token", &format!("{scheme}, {cnf}"));
            service.reasons.are(&TokenError::Claims, &format!("{scheme}, {cnf}"));
        }
    }
}

/// The service's own token with changed claims, signed by the service's key.
fn forged(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let header = String::from_utf8(
        base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, token.split('.').next().unwrap()).unwrap(),
    );
    let mut claims = claims(token);
    change(&mut claims);
    let key = EncodingKey::from_secret(b"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE").unwrap();
    let service = Prover { key, algorithm: Algorithm::HS256, ..Prover::es256() };
    service.sign(&encoded(&header.unwrap(), &claims.to_string()))
}

#[tokio::test]
async fn an_invalid_token_is_refused_with_any_proof() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let tampered = format!("{token}x");
    for bad in [tampered.as_str(), "", "x", "a.b.c"] {
        let used = prover.using(&service, "GET", "/me", bad);
        service.get_me(bad, &used).await.is_refused_use("invalid_token", bad);
    }
    service.advance(900 + 5);
    let used = prover.using(&service, "GET", "/me", &token);
    service.get_me(&token, &used).await.is_refused_use("invalid_token", "expired");
}

#[tokio::test]
async fn the_clock_skew_applies_to_proofs() {
    let service = Bound::start(|builder| {
        let dpop = Dpop::optional().proof_lifetime(std::time::Duration::from_secs(10));
        builder.dpop(dpop).clock_skew(std::time::Duration::from_secs(30))
    })
    .await;
    let prover = Prover::es256();
    for (secs, status) in [(-39, 200), (-40, 400), (30, 200), (31, 400)] {
        let mut draft = prover.draft(&service, "POST", "/auth/token");
        let iat = draft.claims["iat"].as_i64().unwrap() + secs;
        draft.claims.insert("iat".to_owned(), iat.into());
        assert_eq!(service.login(Some(&draft.signed_by(&prover))).await.status, status, "{secs}");
    }
}
