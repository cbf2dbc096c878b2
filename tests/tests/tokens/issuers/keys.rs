//! An issuer's keys: added, removed, and unavailable.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::server::{IssuerServer, Reply, public, set};
use super::{Service, claims, pair, token, trust};
use crate::forge::Forger;

/// Claims that stay valid over the test's changes of the clock.
fn lasting(server: &IssuerServer) -> serde_json::Map<String, Value> {
    let mut claims = claims(&server.url);
    claims.insert("exp".into(), json!(4_000_000_000_u64));
    claims
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let (server, service, forger) = pair().await;
    for _ in 0..5 {
        assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    }
    assert_eq!(server.fetches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_with_an_unknown_key_cause_one_fetch() {
    let (server, service, forger) = pair().await;
    let service = Arc::new(service);
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    service.clock.advance(Duration::from_secs(10));
    server.hang();
    let unknown = token(&Forger::eddsa(), "new", claims(&server.url));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (service, unknown) = (Arc::clone(&service), unknown.clone());
            tokio::spawn(async move { service.me(&unknown).await })
        })
        .collect();
    server.is_asked().await;
    // Known keys keep working during the fetch.
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    server.keys(&[("k", &forger), ("new", &Forger::eddsa())]);
    server.go_on();
    for call in calls {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn unknown_key_ids_cost_one_fetch_in_ten_seconds() {
    let (server, service, forger) = pair().await;
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    for round in 0..3 {
        service.clock.advance(Duration::from_secs(10));
        for kid in 0..20 {
            assert_eq!(service.me(&token(&forger, &format!("{round}-{kid}"), claims(&server.url))).await, 401);
        }
        assert_eq!(server.fetches(), 2 + round);
    }
}

#[tokio::test]
async fn a_fetch_continues_when_its_request_is_cancelled() {
    let (server, service, forger) = pair().await;
    let service = Arc::new(service);
    server.hang();
    let call = tokio::spawn({
        let (service, token) = (Arc::clone(&service), token(&forger, "k", claims(&server.url)));
        async move { service.me(&token).await }
    });
    server.is_asked().await;
    call.abort();
    let _ = call.await;
    server.go_on();
    // The test clock does not move: without that fetch this would have to wait ten seconds.
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_removed_key_is_refused_after_the_next_fetch() {
    let (server, service, forger) = pair().await;
    let good = token(&forger, "k", lasting(&server));
    assert_eq!(service.me(&good).await, 200);
    server.keys(&[("other", &Forger::eddsa())]);
    service.clock.advance(Duration::from_mins(9));
    assert_eq!((service.me(&good).await, server.fetches()), (200, 1));
    // Past twice the refresh period without a request: the keys are fetched before the next token is accepted.
    service.clock.advance(Duration::from_mins(11));
    assert_eq!((service.me(&good).await, server.fetches()), (401, 2));
    assert_eq!(service.me(&token(&Forger::eddsa(), "other", lasting(&server))).await, 200);
}

#[tokio::test]
async fn a_key_set_without_a_usable_key_is_a_failed_fetch() {
    let (server, service, forger) = pair().await;
    let good = token(&forger, "k", lasting(&server));
    assert_eq!(service.me(&good).await, 200);
    let mut encryption = public("k", &Forger::eddsa());
    encryption["use"] = json!("enc");
    for unusable in [json!([]), json!([encryption]), json!([null, {}])] {
        server.jwks(Reply::json(&json!({ "keys": unusable })));
        let fetches = server.fetches();
        service.clock.advance(Duration::from_mins(20));
        assert_eq!((service.me(&good).await, server.fetches()), (200, fetches + 1), "{unusable}");
    }
    service.clock.advance(Duration::from_hours(23));
    assert_eq!(service.me(&good).await, 503, "the last good keys are a day old");
}

#[tokio::test]
async fn keys_of_any_content_type_are_read() {
    for kind in ["application/jwk-set+json", "text/plain; charset=utf-8", "application/octet-stream", "text/html"] {
        let (server, service, forger) = pair().await;
        server.jwks(Reply { kind, ..Reply::json(&set(&[("k", &forger)])) });
        assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_cold_start_serves_a_request_with_a_clock_slightly_behind() {
    let (server, service, forger) = pair().await;
    let service = Arc::new(service);
    server.hang();
    let call = || {
        let (service, token) = (Arc::clone(&service), token(&forger, "k", claims(&server.url)));
        tokio::spawn(async move { service.me(&token).await })
    };
    let first = call();
    server.is_asked().await;
    service.clock.set(auth_core::Timestamp::from_millis(super::NOW * 1000 - 1));
    let second = call();
    server.go_on();
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (200, 200));
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn rfc7517_s4_5_keys_of_several_types_and_algorithms_may_share_a_kid() {
    use Algorithm::{PS256, RS256};
    let server = IssuerServer::start(&[]).await;
    let mut rsa = public("k", &Forger::rsa(RS256));
    rsa.as_object_mut().unwrap().remove("alg");
    let keys = json!([rsa, public("k", &Forger::es256()), public("k", &Forger::eddsa())]);
    server.jwks(Reply::json(&json!({ "keys": keys })));
    let service = Service::trusting([trust(&server)]).await;
    // RFC 7517 section 4.4: without `alg` the key is not restricted to one padding.
    for forger in [Forger::es256(), Forger::eddsa(), Forger::rsa(RS256), Forger::rsa(PS256)] {
        assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200, "{:?}", forger.algorithm);
    }
    assert_eq!(service.me(&token(&Forger::hs256(), "k", claims(&server.url))).await, 401);
}

#[tokio::test]
async fn rfc7517_s4_4_a_key_verifies_its_own_algorithm_alone() {
    use Algorithm::{PS256, RS256};
    let server = IssuerServer::start(&[]).await;
    for (own, other) in [(RS256, PS256), (PS256, RS256)] {
        let mut key = public("k", &Forger::rsa(own));
        key["alg"] = json!(format!("{own:?}"));
        server.jwks(Reply::json(&json!({ "keys": [key] })));
        let service = Service::trusting([trust(&server)]).await;
        let statuses = [own, other].map(|algorithm| token(&Forger::rsa(algorithm), "k", claims(&server.url)));
        assert_eq!((service.me(&statuses[0]).await, service.me(&statuses[1]).await), (200, 401), "{own:?}");
    }
}

#[tokio::test]
async fn a_routine_fetch_delays_no_request() {
    let (server, service, forger) = pair().await;
    let service = Arc::new(service);
    let good = token(&forger, "k", lasting(&server));
    assert_eq!(service.me(&good).await, 200);
    server.hang();
    // A request that waited for them would be refused.
    server.keys(&[("other", &Forger::eddsa())]);
    service.clock.advance(Duration::from_mins(10));
    let call = tokio::spawn({
        let (service, good) = (Arc::clone(&service), good.clone());
        async move { service.me(&good).await }
    });
    server.is_asked().await;
    server.go_on();
    assert_eq!(call.await.unwrap(), 200);
}

#[tokio::test]
async fn the_last_keys_are_kept_for_a_day_while_the_issuer_is_unavailable() {
    let (server, service, forger) = pair().await;
    let good = token(&forger, "k", lasting(&server));
    assert_eq!(service.me(&good).await, 200);
    server.metadata(Reply { status: 503, ..Reply::json(&json!({})) });
    service.clock.advance(Duration::from_hours(23));
    assert_eq!(service.me(&good).await, 200);
    service.clock.advance(Duration::from_hours(1));
    assert_eq!(service.me(&good).await, 503);
    server.metadata(Reply::json(&json!({ "issuer": server.url, "jwks_uri": format!("{}/jwks", server.url) })));
    service.clock.advance(Duration::from_secs(10));
    assert_eq!(service.me(&good).await, 200);
}

/// While younger keys are used during their routine fetch.
#[tokio::test]
async fn keys_beyond_their_time_are_not_used_during_a_routine_fetch() {
    let forger = Forger::es256();
    let server = IssuerServer::start(&[("k", &forger)]).await;
    let period = Duration::from_mins(10);
    let service = Service::trusting([trust(&server).refresh_every(period).keep_for(period)]).await;
    let good = token(&forger, "k", lasting(&server));
    assert_eq!(service.me(&good).await, 200);
    server.metadata(Reply { status: 503, ..Reply::json(&json!({})) });
    service.clock.advance(Duration::from_secs(599));
    assert_eq!(service.me(&good).await, 200);
    service.clock.advance(Duration::from_secs(1));
    assert_eq!(service.me(&good).await, 503);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_keep_old_keys() {
    let (server, service, forger) = pair().await;
    let good = token(&forger, "k", {
        let mut claims = lasting(&server);
        claims.insert("iat".into(), json!(0));
        claims
    });
    assert_eq!(service.me(&good).await, 200);
    server.keys(&[("other", &Forger::eddsa())]);
    service.clock.set(auth_core::Timestamp::from_secs(super::NOW - 3600));
    assert_eq!((service.me(&good).await, server.fetches()), (401, 2));
}

/// RFC 7517 section 5 demands that these keys are ignored, beside a valid key.
#[tokio::test]
async fn rfc7517_s5_unusable_keys_of_a_set_are_ignored() {
    use base64::Engine;
    let b64 = |bytes: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let rsa = |kid: &str, n: &[u8], e: &str| json!({ "kty": "RSA", "alg": "RS256", "kid": kid, "n": b64(n), "e": e });
    let mut large = vec![0xc5; 256];
    large[255] = 1;
    let with = |kid: &str, name: &str, value: Value| {
        let mut jwk = public(kid, &Forger::eddsa());
        jwk[name] = value;
        jwk
    };
    let secret = crate::forge::SECRET.as_bytes();
    let server = IssuerServer::start(&[]).await;
    server.jwks(Reply::json(&json!({ "more": 1, "keys": [
        { "kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AAAA" },
        { "kty": "EC", "crv": "P-384", "kid": "p384", "x": "AA", "y": "AA" },
        { "kty": "oct", "alg": "HS256", "kid": "secret", "k": b64(secret) },
        { "kty": "oct", "alg": "HS256", "kid": "short", "k": "AAAA" },
        rsa("rsa1024", &large[128..], "AQAB"),
        rsa("exponent1", &large, "AQ"),
        with("encrypts", "use", json!("enc")),
        with("signs", "key_ops", json!(["sign"])),
        with("other-alg", "alg", json!("RS256")),
        with("unknown-alg", "alg", json!("ES521")),
        public("twice", &Forger::rsa(Algorithm::RS256)),
        rsa("twice", &large, "AQAB"),
        with("private", "d", json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")),
        "nonsense", null, {},
        public("good", &Forger::es256()),
    ] })));
    let service = Service::trusting([trust(&server)]).await;
    let call = |forger: Forger, kid: &str| {
        let token = token(&forger, kid, claims(&server.url));
        let service = &service;
        async move { service.me(&token).await }
    };
    assert_eq!(call(Forger::es256(), "good").await, 200);
    for kid in ["encrypts", "signs", "other-alg", "unknown-alg", "private"] {
        assert_eq!(call(Forger::eddsa(), kid).await, 401, "{kid}");
    }
    assert_eq!(call(Forger::rsa(Algorithm::RS256), "twice").await, 401);
    assert_eq!(call(Forger::hs256(), "secret").await, 401);
    // With an exponent of 1 the padded hash is its own signature.
    let message = token(&Forger::rsa(Algorithm::RS256), "exponent1", claims(&server.url));
    assert_eq!(service.me(&self_signed(message.rsplit_once('.').unwrap().0)).await, 401);
}

#[tokio::test]
async fn a_key_whose_private_half_is_public_is_ignored() {
    let (server, service, forger) = pair().await;
    // Of RFC 8037 appendix A: anyone can sign with it.
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    let printed = Forger { key: EncodingKey::from_ed_pem(private.as_bytes()).unwrap(), algorithm: Algorithm::EdDSA };
    server.keys(&[("k", &forger), ("printed", &printed)]);
    assert_eq!(service.me(&token(&printed, "printed", claims(&server.url))).await, 401);
    assert_eq!(service.me(&token(&forger, "k", claims(&server.url))).await, 200);
}

/// The signature of `message` with an RSA exponent of 1: EMSA-PKCS1-v1_5 itself.
fn self_signed(message: &str) -> String {
    use base64::Engine;
    let prefix =
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0, 4, 32];
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message.as_bytes());
    let info = [prefix.as_slice(), hash.as_ref()].concat();
    let mut padded = vec![0, 1];
    padded.resize(256 - info.len() - 1, 0xff);
    padded.push(0);
    padded.extend(info);
    format!("{message}.{}", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(padded))
}
