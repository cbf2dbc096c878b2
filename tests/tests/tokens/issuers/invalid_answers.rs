//! Issuers that are slow, broken or dishonest: they cost a bounded time, and never open a guard.

use std::time::Duration;

use serde_json::json;

use super::server::{IssuerServer, Reply, set};
use super::{Service, claims, pair, token, trust};
use crate::forge::Forger;

/// Starts with `lie`, which is answered by 503; then the issuer answers correctly, which is accepted ten seconds later;
/// then `lie` again, and the known keys stay.
async fn is_rejected(lie: impl Fn(&IssuerServer)) {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    lie(&server);
    let service = Service::trusting([trust(&server)]).await;
    let good = token(&Forger::es256(), "k", claims(&server.url));
    assert_eq!(service.me(&good).await, 503);
    assert_eq!(service.me(&token(&Forger::eddsa(), "evil", claims(&server.url))).await, 503);

    server.metadata(Reply::json(&json!({ "issuer": server.url, "jwks_uri": format!("{}/jwks", server.url) })));
    server.keys(&[("k", &Forger::es256())]);
    assert_eq!(service.me(&good).await, 503, "asked a moment ago");
    service.clock.advance(Duration::from_secs(10));
    assert_eq!(service.me(&good).await, 200);

    lie(&server);
    service.clock.advance(Duration::from_secs(10));
    assert_eq!(service.me(&token(&Forger::eddsa(), "evil", claims(&server.url))).await, 401);
    assert_eq!(service.me(&good).await, 200);
}

fn evil() -> serde_json::Value {
    set(&[("evil", &Forger::eddsa()), ("k", &Forger::eddsa())])
}

#[tokio::test]
async fn a_huge_key_set_is_not_read() {
    is_rejected(|server| {
        let mut keys = evil();
        keys["padding"] = "x".repeat(256 * 1024).into();
        server.jwks(Reply::json(&keys));
    })
    .await;
}

#[tokio::test]
async fn a_key_set_of_too_many_keys_is_not_read() {
    is_rejected(|server| {
        let many: Vec<_> = (0..101).map(|kid| super::server::public(&kid.to_string(), &Forger::eddsa())).collect();
        server.jwks(Reply::json(&json!({ "keys": many })));
    })
    .await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = IssuerServer::start(&[("evil", &Forger::eddsa())]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = Some(format!("{}/jwks", elsewhere.url));
        is_rejected(|server| server.jwks(Reply { status, location: location.clone(), ..Reply::json(&evil()) })).await;
        is_rejected(|server| {
            server.metadata(Reply { status, location: location.clone(), ..Reply::json(&json!({})) });
        })
        .await;
    }
    assert_eq!(elsewhere.fetches(), 0);
}

#[tokio::test]
async fn an_answer_without_success_is_not_read() {
    for status in [201, 400, 401, 404, 500] {
        is_rejected(|server| server.jwks(Reply { status, ..Reply::json(&evil()) })).await;
    }
}

#[tokio::test]
async fn rfc8414_s3_3_metadata_of_another_issuer_is_rejected() {
    let elsewhere = IssuerServer::start(&[("evil", &Forger::eddsa())]).await;
    for issuer in [json!("https://other.example"), json!(null), json!(7), json!("")] {
        let jwks_uri = format!("{}/jwks", elsewhere.url);
        is_rejected(|server| server.metadata(Reply::json(&json!({ "issuer": issuer, "jwks_uri": jwks_uri })))).await;
    }
    // One more character makes another issuer.
    is_rejected(|server| {
        let metadata = json!({ "issuer": format!("{}/", server.url), "jwks_uri": format!("{}/jwks", elsewhere.url) });
        server.metadata(Reply::json(&metadata));
    })
    .await;
    assert_eq!(elsewhere.fetches(), 0);
}

#[tokio::test]
async fn keys_at_an_address_that_is_not_allowed_are_not_fetched() {
    for uri in [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/jwks",
        "http://example.com/jwks",
        "file:///etc/passwd",
        "ftp://127.0.0.1/jwks",
        "data:application/json,{}",
        "/jwks",
        "",
        "http://",
    ] {
        is_rejected(|server| server.metadata(Reply::json(&json!({ "issuer": server.url, "jwks_uri": uri })))).await;
    }
    // Of the same server, so that nothing but the check refuses them: no address of the loopback interface, and a password.
    for (allowed, other) in [("127.0.0.1", "0.0.0.0"), ("127.0.0.1", "user:password@127.0.0.1")] {
        let keys = |server: &IssuerServer| format!("{}/jwks", server.url.replace(allowed, other));
        let lie = |server: &IssuerServer| json!({ "issuer": server.url, "jwks_uri": keys(server) });
        is_rejected(|server| server.metadata(Reply::json(&lie(server)))).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_a_json_object_is_not_read() {
    for body in [
        "",
        "null",
        "[]",
        "{",
        "{\"keys\":7}",
        "{\"keys\":{}}",
        "{}",
        "<!doctype html><title>Maintenance</title>",
        "{\"keys\":[]}",
        "{\"keys\":[{}, null, {\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
        "{\"keys\":[],\"keys\":[]}",
        "\u{feff}{\"keys\":[]}",
    ] {
        is_rejected(|server| server.jwks(Reply { body: body.to_owned(), ..Reply::json(&json!({})) })).await;
        is_rejected(|server| server.metadata(Reply { body: body.to_owned(), ..Reply::json(&json!({})) })).await;
    }
}

#[tokio::test]
async fn an_issuer_that_never_answers_is_waited_for_once_for_a_bounded_time() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let service = Service::trusting([trust(&server).timeout(Duration::from_millis(200))]).await;
    server.hang();
    // The fetch times out by itself; the test does not release the server.
    assert_eq!(service.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 503);
    assert_eq!(service.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 503);
    assert_eq!(server.fetches(), 0);
    server.go_on();
    // A busy machine may need longer than the timeout; then the issuer is asked again.
    let heals = async {
        loop {
            service.clock.advance(Duration::from_secs(10));
            let status = service.me(&token(&Forger::es256(), "k", claims(&server.url))).await;
            if status == 200 {
                break;
            }
            assert_eq!(status, 503);
        }
    };
    tokio::time::timeout(Duration::from_mins(1), heals).await.expect("it is asked again");
}

#[tokio::test]
async fn a_token_of_an_unknown_issuer_causes_no_fetch() {
    let (server, service, forger) = pair().await;
    assert_eq!(service.me(&token(&forger, "k", claims("https://evil.example"))).await, 401);
    assert_eq!(server.fetches(), 0);
}
