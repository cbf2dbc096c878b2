//! Forged, expired and altered access tokens: each is refused with the same answer.

use auth_tests::{AUTH_SECRET, Client, Node};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::{INVALID_TOKEN, NODE, node};

/// Header and claims of a token that the node issued.
fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| BASE64.decode(part).unwrap_or_default());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    sign(&message, secret)
}

fn sign(message: &str, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

fn with(value: &Value, member: &str, new: Value) -> Value {
    let mut changed = value.clone();
    changed[member] = new;
    changed
}

fn without(value: &Value, member: &str) -> Value {
    let mut changed = value.clone();
    changed.as_object_mut().unwrap().remove(member);
    changed
}

async fn refused(client: &Client, token: &str, what: &str) {
    let answer = client.get_as(token, "/users/me").await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    answer.is_challenge(401, INVALID_TOKEN);
    let detail = &answer.json()["detail"];
    assert_eq!(detail, "The credential is malformed, expired, revoked or otherwise invalid.", "{what}");
}

#[tokio::test]
async fn an_unchanged_token_signed_again_is_accepted() {
    // The token that every other test here changes, unchanged: else they could pass for another reason.
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    let again = signed(&header, &claims, AUTH_SECRET);
    assert_eq!(client.get_as(&again, "/users/me").await.status, 200);
    // The scheme is case-insensitive.
    let shouted = client.request(reqwest::Method::GET, "/users/me").header("authorization", format!("BEARER {again}"));
    assert_eq!(client.send(shouted).await.status, 200);
}

#[tokio::test]
async fn a_token_signed_by_another_key_is_refused() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    refused(&client, &signed(&header, &claims, "another secret of more than 32 bytes"), "another secret").await;
    let unsigned = format!("{}.{}.", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    refused(&client, &unsigned, "no signature").await;
    for alg in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
        let header = with(&header, "alg", json!(alg));
        refused(&client, &signed(&header, &claims, AUTH_SECRET), alg).await;
        let unsigned = format!("{}.{}.", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        refused(&client, &unsigned, alg).await;
    }
    let key = EncodingKey::from_secret(AUTH_SECRET.as_bytes()).unwrap();
    let mut other = Header::new(Algorithm::HS512);
    other.typ = Some("at+jwt".to_owned());
    refused(&client, &encode(&other, &claims, &key).unwrap(), "the right secret under another algorithm").await;
}

#[tokio::test]
async fn a_header_with_a_key_or_an_extension_is_refused() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    let jwk = json!({ "kty": "oct", "k": BASE64.encode(AUTH_SECRET) });
    for (member, value) in [
        ("jwk", jwk),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("x5u", json!("http://127.0.0.1:1/cert")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("kid", json!("another")),
        ("kid", json!(7)),
        ("typ", json!("JWT")),
        ("typ", json!("rt+jwt")),
        ("typ", json!(null)),
    ] {
        let header = with(&header, member, value);
        refused(&client, &signed(&header, &claims, AUTH_SECRET), &header.to_string()).await;
    }
    refused(&client, &signed(&without(&header, "typ"), &claims, AUTH_SECRET), "no typ").await;
    refused(&client, &signed(&without(&header, "alg"), &claims, AUTH_SECRET), "no alg").await;
}

#[tokio::test]
async fn each_validated_claim_is_required_and_has_its_type() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    for claim in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "auth_time", "sid", "ver"] {
        refused(&client, &signed(&header, &without(&claims, claim), AUTH_SECRET), &format!("no {claim}")).await;
        for wrong in [json!(null), json!({}), json!([1]), json!(true)] {
            let what = format!("{claim}: {wrong}");
            refused(&client, &signed(&header, &with(&claims, claim, wrong), AUTH_SECRET), &what).await;
        }
    }
    for claim in ["exp", "nbf", "iat", "ver"] {
        let text = with(&claims, claim, json!(claims[claim].to_string()));
        refused(&client, &signed(&header, &text, AUTH_SECRET), &format!("{claim} as a string")).await;
    }
}

#[tokio::test]
async fn a_claim_of_another_issuer_audience_or_time_is_refused() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    let now = claims["iat"].as_i64().unwrap();
    for (claim, value) in [
        ("iss", json!("https://issuer.example")),
        ("iss", json!(format!("{}/", claims["iss"].as_str().unwrap()))),
        ("aud", json!("another")),
        ("aud", json!(["another"])),
        ("aud", json!([])),
        ("exp", json!(now - 60)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("nbf", json!(now + 600)),
        ("iat", json!(now + 600)),
        ("sub", json!("unknown")),
        ("sub", json!("")),
        ("sub", json!("\u{0}")),
        ("sid", json!("none")),
        ("ver", json!(1)),
        ("ver", json!(-1)),
    ] {
        let changed = with(&claims, claim, value);
        refused(&client, &signed(&header, &changed, AUTH_SECRET), &format!("{claim}: {}", changed[claim])).await;
    }
    let both = with(&claims, "aud", json!(["another", "quickstart"]));
    assert_eq!(client.get_as(&signed(&header, &both, AUTH_SECRET), "/users/me").await.status, 200);
}

#[tokio::test]
async fn a_session_of_one_subject_does_not_carry_another() {
    let node = node();
    let client = node.client();
    let id = client.register("ada@example.com", crate::PASSWORD).await;
    let (header, claims) = parts(&client.admin().await.access);
    refused(&client, &signed(&header, &with(&claims, "sub", json!(id)), AUTH_SECRET), "another's session").await;
}

/// As of a database that was restored from before a change of the credentials.
#[tokio::test]
async fn a_version_that_the_subject_has_not_reached_is_refused() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    assert_eq!(claims["ver"], json!(0));
    refused(&client, &signed(&header, &with(&claims, "ver", json!(1)), AUTH_SECRET), "a later version").await;
}

#[tokio::test]
async fn a_role_that_a_token_claims_grants_nothing() {
    let node = node();
    let client = node.client();
    client.register("ada@example.com", crate::PASSWORD).await;
    let (header, claims) = parts(&client.login("ada@example.com", crate::PASSWORD).await.access);
    let raised = signed(&header, &with(&claims, "roles", json!(["admin"])), AUTH_SECRET);
    client.get_as(&raised, "/users").await.is_problem(403);
}

#[tokio::test]
async fn a_claim_or_header_written_twice_is_refused() {
    let node = node();
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    let twice = claims.to_string().replacen('{', r#"{"sub":"another","#, 1);
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(twice));
    refused(&client, &sign(&message, AUTH_SECRET), "sub twice").await;
    let twice = header.to_string().replacen('{', r#"{"alg":"none","#, 1);
    let message = format!("{}.{}", BASE64.encode(twice), BASE64.encode(claims.to_string()));
    refused(&client, &sign(&message, AUTH_SECRET), "alg twice").await;
}

#[tokio::test]
async fn a_truncated_padded_or_malformed_token_is_refused() {
    let node = node();
    let client = node.client();
    let token = client.admin().await.access;
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    for wrong in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}="),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}.{payload}.{signature}"),
        token[..token.len() - 1].to_owned(),
        token[1..].to_owned(),
        format!("{}{}", &token[..token.len() - 4], "AAAA"),
        format!("{message}.{}", signature.replace(['-', '_'], "+")),
        "a".repeat(9_000),
        format!("{token}{}", "A".repeat(30_000 - token.len())),
        client.admin().await.refresh,
    ] {
        if wrong != token {
            refused(&client, &wrong, &wrong[..wrong.len().min(60)]).await;
        }
    }
}

#[tokio::test]
async fn every_changed_character_is_refused() {
    let node = node();
    let client = node.client();
    let token = client.admin().await.access;
    // The last character of a base64 text can have unused bits; they are refused as well.
    for at in (0..token.len()).step_by(29).chain([token.len() - 1]) {
        for with in ["A", "w", "_"] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, with);
            if changed != token {
                refused(&client, &changed, &format!("character {at}")).await;
            }
        }
    }
}

#[tokio::test]
async fn an_access_token_expires() {
    let node = Node::start_with(NODE, &[("AUTH_ACCESS_TTL", "1s")]);
    let client = node.client();
    let (header, claims) = parts(&client.admin().await.access);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1);
    // `exp` is a second in the past, which is more than rounding to whole seconds; the clock skew does not extend it.
    let mut old = claims.clone();
    for claim in ["exp", "iat", "nbf", "auth_time"] {
        old[claim] = json!(claims[claim].as_i64().unwrap() - 2);
    }
    refused(&client, &signed(&header, &old, AUTH_SECRET), "two seconds old").await;
}

#[tokio::test]
async fn two_credentials_of_a_kind_are_refused() {
    let node = node();
    let client = node.client();
    let token = client.admin().await.access;
    let twice = client
        .request(reqwest::Method::GET, "/users/me")
        .bearer_auth(&token)
        .header("authorization", format!("Bearer {token}"));
    let answer = client.send(twice).await;
    answer.is_challenge(400, r#"Bearer realm="quickstart", error="invalid_request""#);
}
