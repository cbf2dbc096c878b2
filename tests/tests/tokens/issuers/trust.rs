//! Trusted issuers and their settings.

use std::time::Duration;

use auth_core::issuer::{Issuer, IssuerError};
use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::{self, TestClock};
use auth_core::token::{EdDsa, SigningKey};
use auth_core::{BuildError, Context, Login, NewApiKey, Registration, Timestamp};
use serde_json::json;

use super::server::{IssuerServer, Reply};
use super::{NOW, Service, claims, me, pair, token, trust};
use crate::forge::Forger;
use crate::service::{EMAIL, PASSWORD};
use crate::settings::said;

#[tokio::test]
async fn rfc8725_s3_8_a_token_of_a_trusted_issuer_is_accepted_and_of_no_other() {
    let (server, service, forger) = pair().await;
    assert_eq!(service.subject(&token(&forger, "k", claims(&server.url))).await, "ada");
    assert_eq!(service.me(&token(&forger, "k", claims("https://evil.example"))).await, 401);
    assert_eq!(service.me(&token(&Forger::eddsa(), "k", claims(&server.url))).await, 401);
    assert_eq!(service.me("nonsense").await, 401);
    assert_eq!(service.http.get(format!("{}/me", service.url)).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn every_asymmetric_algorithm_of_an_issuer_verifies() {
    use jsonwebtoken::Algorithm::{PS256, RS256};
    let forgers = [Forger::es256(), Forger::eddsa(), Forger::rsa(RS256), Forger::rsa(PS256)];
    let server = IssuerServer::start(&[]).await;
    let named: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(&forgers).collect();
    server.keys(&named);
    let service = Service::trusting([trust(&server)]).await;
    for (kid, forger) in named {
        assert_eq!(service.me(&token(forger, kid, claims(&server.url))).await, 200, "{kid}");
    }
}

#[tokio::test]
async fn rfc8414_s3_metadata_is_found_without_openid_connect() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let metadata = json!({ "issuer": server.url, "jwks_uri": format!("{}/jwks", server.url) });
    server.oauth_metadata(Reply::json(&metadata));
    let page = || Reply {
        kind: "text/html",
        body: "<!doctype html><title>Log in</title>".to_owned(),
        ..Reply::json(&json!({}))
    };
    let moved = || Reply { status: 302, location: Some("/login".to_owned()), ..page() };
    for absent in [Reply { status: 404, ..page() }, Reply { status: 405, ..page() }, moved(), page()] {
        server.metadata(absent);
        let service = Service::trusting([trust(&server)]).await;
        assert_eq!(service.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 200);
    }
    server.metadata(Reply { status: 503, ..page() });
    let service = Service::trusting([trust(&server)]).await;
    assert_eq!(service.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 503, "not an absent document");
}

#[tokio::test]
async fn a_proxy_sends_all_requests_to_the_issuer() {
    // Answers as the issuer, which nothing serves at its own address.
    let proxy = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let url = "http://127.0.0.1:1";
    proxy.metadata(Reply::json(&json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") })));
    let issuer = || Issuer::new(url, "api").unwrap().plain_http();
    let good = token(&Forger::es256(), "k", claims(url));
    assert_eq!(Service::trusting([issuer()]).await.me(&good).await, 503);
    let proxied = Service::trusting([issuer().proxy(&proxy.url).unwrap()]).await;
    assert_eq!((proxied.me(&good).await, proxy.fetches()), (200, 1));
}

#[tokio::test]
async fn a_proxy_in_the_private_network_resolves_the_name_of_the_issuer() {
    let listener = tokio::net::TcpListener::bind("localhost:0").await.unwrap();
    let proxy = format!("http://user:pass@localhost:{}", listener.local_addr().unwrap().port());
    let url = "https://issuer.invalid";
    let service = Service::trusting([Issuer::new(url, "api").unwrap().proxy(&proxy).unwrap()]).await;
    let good = token(&Forger::es256(), "k", claims(url));
    let first_line = async {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(stream)).next_line().await.unwrap().unwrap()
    };
    tokio::select! {
        first_line = first_line => assert_eq!(first_line, "CONNECT issuer.invalid:443 HTTP/1.1"),
        status = service.me(&good) => panic!("{status} without a request to the proxy"),
    }
}

/// Not a test: the child process of the next one.
#[tokio::test]
#[ignore = "run by the next test"]
async fn child() {
    let (server, service, forger) = pair().await;
    println!("status: {}", service.me(&token(&forger, "k", claims(&server.url))).await);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let nowhere = ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:1"));
    assert_eq!(said("issuers::trust::child", "status: ", &nowhere), "status: 200");
}

#[test]
fn the_url_of_a_proxy_is_never_shown() {
    let issuer = || Issuer::new("https://issuer.example", "api").unwrap();
    let proxied = issuer().proxy("http://user:secret@proxy.internal:3128").unwrap();
    assert!(!format!("{proxied:?}").contains("secret"), "{proxied:?}");
    for url in ["", "proxy.internal:3128", "proxy.internal", "socks5://secret@proxy.internal", "http://"] {
        let error = issuer().proxy(url).unwrap_err();
        assert!(error == IssuerError::Proxy && !error.to_string().contains("secret"), "{url}");
    }
}

#[tokio::test]
async fn the_client_id_is_the_audience_where_configured() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let strict = Service::trusting([trust(&server)]).await;
    let cognito = Service::trusting([trust(&server).client_id_as_audience()]).await;
    for (client_id, aud, with_option) in [
        (json!("api"), None, 200),
        (json!("other"), None, 401),
        (json!(["api"]), None, 401),
        (json!("api"), Some(json!("other")), 401),
        (json!("api"), Some(json!(null)), 401),
    ] {
        let mut claims = claims(&server.url);
        claims.remove("aud");
        claims.extend(aud.map(|aud| ("aud".to_owned(), aud)));
        claims.insert("client_id".into(), client_id.clone());
        let token = token(&Forger::es256(), "k", claims);
        assert_eq!((strict.me(&token).await, cognito.me(&token).await), (401, with_option), "{client_id}");
    }
    assert_eq!(cognito.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 200, "by `aud`");
}

#[tokio::test]
async fn keys_can_have_an_address_outside_the_metadata() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    server.metadata(Reply { status: 500, ..Reply::json(&json!({})) });
    let issuer = trust(&server).jwks_uri(&format!("{}/jwks", server.url)).unwrap();
    let service = Service::trusting([issuer]).await;
    assert_eq!(service.me(&token(&Forger::es256(), "k", claims(&server.url))).await, 200);
}

#[tokio::test]
async fn rfc8725_s3_8_and_rfc8725_s3_9_each_issuer_has_its_own_audience_keys_and_subjects() {
    let one = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let two = IssuerServer::start(&[("k", &Forger::eddsa())]).await;
    let issuers = [
        Issuer::new(&one.url, "api-of-one").unwrap().plain_http().subject_prefix("one|"),
        Issuer::new(&two.url, "api-of-two").unwrap().plain_http().subject_prefix("two|"),
    ];
    let service = Service::trusting(issuers).await;
    let of = |server: &IssuerServer, audience: &str| {
        let mut claims = claims(&server.url);
        claims.insert("aud".into(), audience.into());
        claims
    };
    assert_eq!(service.subject(&token(&Forger::es256(), "k", of(&one, "api-of-one"))).await, "one|ada");
    assert_eq!(service.subject(&token(&Forger::eddsa(), "k", of(&two, "api-of-two"))).await, "two|ada");
    assert_eq!(service.me(&token(&Forger::es256(), "k", of(&one, "api-of-two"))).await, 401);
    assert_eq!(service.me(&token(&Forger::eddsa(), "k", of(&one, "api-of-one"))).await, 401);
    assert_eq!(service.me(&token(&Forger::es256(), "k", of(&two, "api-of-two"))).await, 401);
}

#[tokio::test]
async fn ambiguous_subject_prefixes_are_refused() {
    let issuer = |host: &str, prefix: &str| {
        Issuer::new(format!("https://{host}.example"), "api").unwrap().subject_prefix(prefix)
    };
    let build = |a: Issuer, b: Issuer| Auth::resource_server("api").trust(a).trust(b).build().map(drop);
    assert!(build(issuer("a", "a|"), issuer("b", "b|")).is_ok());
    for (a, b) in [("", ""), ("a|", ""), ("", "b|"), ("a|", "a|"), ("a|", "a|b|"), ("a|b|", "a|")] {
        let refused = build(issuer("a", a), issuer("b", b));
        assert!(matches!(refused, Err(BuildError::Issuer(IssuerError::Subjects(_)))), "{a:?} {b:?}");
    }
    let twice = build(issuer("a", "a|"), issuer("a", "b|"));
    assert!(matches!(twice, Err(BuildError::Issuer(IssuerError::Twice(_)))));
    assert!(matches!(Auth::resource_server("api").build(), Err(BuildError::Setting { .. })), "no issuer is trusted");
}

#[tokio::test]
async fn a_service_with_its_own_users_trusts_issuers_as_well() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let clock = TestClock::at(Timestamp::from_secs(NOW));
    let builder = || {
        let keys = SigningKey::<EdDsa>::generate().unwrap();
        Auth::builder(keys, "https://own.example", "api").store(MemoryStore::default()).clock(clock.clone())
    };
    let unnamed = builder().trust(trust(&server)).build();
    assert!(matches!(unnamed, Err(BuildError::Issuer(IssuerError::Subjects(_)))));
    let own = builder().trust(Issuer::new("https://own.example", "api").unwrap().subject_prefix("x|")).build();
    assert!(matches!(own, Err(BuildError::Issuer(IssuerError::Twice(_)))));

    let auth = builder().trust(trust(&server).subject_prefix("theirs|")).build().unwrap();
    let (id, _) = auth.register(&Context::system("test"), Registration::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    let login = auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    let service = Service::serve(auth, clock.clone()).await;
    assert_eq!(service.subject(login.access.expose()).await, id.to_string());
    assert_eq!(service.subject(&token(&Forger::es256(), "k", claims(&server.url))).await, "theirs|ada");
    let mut unnamed = claims(&server.url);
    unnamed.insert("sub".into(), json!(""));
    assert_eq!(service.me(&token(&Forger::es256(), "k", unnamed)).await, 401, "the prefix alone is no subject");
    // Signed by the other issuer, with our `iss`.
    assert_eq!(service.me(&token(&Forger::es256(), "k", claims("https://own.example"))).await, 401);
}

#[tokio::test]
async fn roles_and_scopes_are_read_from_the_configured_claims() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let issuer =
        trust(&server).roles_at("realm_access.roles").roles_at("https://app.example/roles").scopes_at("permissions");
    let service = Service::trusting([issuer]).await;
    let with = |more: serde_json::Value| {
        let mut claims = claims(&server.url);
        claims.extend(more.as_object().unwrap().clone());
        token(&Forger::es256(), "k", claims)
    };
    for (more, admin, reports) in [
        (json!({}), 403, 403),
        (json!({ "realm_access": { "roles": ["admin", "unknown"] } }), 403, 403),
        (json!({ "realm_access": { "roles": ["unknown", "Admin"] } }), 200, 403),
        (json!({ "https://app.example/roles": "Admin" }), 200, 403),
        (json!({ "https://app.example/roles": ["Reader"] }), 403, 403),
        (json!({ "roles": ["Admin"], "realm_access.roles": ["Admin"] }), 403, 403),
        (json!({ "scope": "openid reports:read" }), 403, 200),
        (json!({ "scope": "reports:read.all reports" }), 403, 403),
        (json!({ "permissions": ["reports:read"] }), 403, 200),
        (json!({ "realm_access": { "roles": ["Admin", 7] } }), 200, 403),
        (json!({ "scope": ["reports:read"] }), 403, 200),
        (json!({ "permissions": ["all but", "reports:read"] }), 403, 200),
        // One item is not two scopes.
        (json!({ "permissions": ["not reports:read"] }), 403, 403),
        (json!({ "permissions": ["not\treports:read", "reports:read "] }), 403, 403),
        (json!({ "scope": "not\treports:read" }), 403, 403),
    ] {
        let token = with(more.clone());
        assert_eq!(service.call("/admin", &token).await, admin, "{more}");
        assert_eq!(service.call("/reports", &token).await, reports, "{more}");
    }
}

#[tokio::test]
async fn additional_claims_are_read_by_path_and_type() {
    let (server, service, forger) = pair().await;
    for (more, additional_claims) in [
        (json!({ "https://app.example/tenant": "north", "organisation": { "teams": ["a", "b"] } }), "north a,b"),
        (json!({}), " "),
        (json!({ "https://app.example/tenant": 7, "organisation": { "teams": "a" } }), " "),
        (json!({ "https://app.example/tenant": null, "organisation": ["teams"] }), " "),
    ] {
        let mut claims = claims(&server.url);
        claims.extend(more.as_object().unwrap().clone());
        assert_eq!(service.text("/additional_claims", &token(&forger, "k", claims)).await, additional_claims, "{more}");
    }
}

#[tokio::test]
async fn without_a_configured_claim_a_token_has_no_roles() {
    let (server, service, forger) = pair().await;
    let mut claims = claims(&server.url);
    claims.insert("roles".into(), json!(["Admin"]));
    assert_eq!(service.call("/admin", &token(&forger, "k", claims)).await, 403);
}

#[tokio::test]
async fn a_token_without_auth_time_is_not_fresh() {
    let (server, service, forger) = pair().await;
    let at = |auth_time: Option<i64>| {
        let mut claims = claims(&server.url);
        claims.extend(auth_time.map(|time| ("auth_time".to_owned(), json!(time))));
        token(&forger, "k", claims)
    };
    assert_eq!(service.call("/recent", &at(Some(NOW - 60))).await, 200);
    assert_eq!(service.call("/recent", &at(Some(NOW - 601))).await, 401);
    assert_eq!(service.call("/recent", &at(None)).await, 401);
}

#[test]
fn an_invalid_issuer_is_refused_before_any_request() {
    for url in ["", "login.example.com", "https://", "https://a.example?x=1", "https://a.example#x"] {
        assert!(matches!(Issuer::new(url, "api"), Err(IssuerError::Url(_))), "{url}");
    }
    for url in ["https://me@a.example", "https://me:pw@a.example"] {
        assert_eq!(Issuer::new(url, "api").unwrap_err(), IssuerError::UserInfo, "{url}");
    }
    assert_eq!(Issuer::new("https://a.example", "").unwrap_err(), IssuerError::Audience);
    let build = |issuer: Issuer| Auth::resource_server("api").trust(issuer).build().map(drop);
    let new = |url: &str| Issuer::new(url, "api").unwrap();
    for url in ["http://a.example", "ftp://a.example"] {
        assert!(matches!(build(new(url)), Err(BuildError::Issuer(IssuerError::PlainHttp(_)))), "{url}");
    }
    // Plain HTTP is accepted for loopback addresses only.
    assert!(matches!(build(new("http://a.example").plain_http()), Err(BuildError::Issuer(IssuerError::PlainHttp(_)))));
    for url in
        ["https://127.0.0.1", "https://10.0.0.1", "https://[::1]", "https://localhost", "https://169.254.169.254"]
    {
        assert!(matches!(build(new(url)), Err(BuildError::Issuer(IssuerError::PrivateAddress(_)))), "{url}");
        assert!(build(new(url).private_addresses()).is_ok(), "{url}");
    }
    let elsewhere = new("https://a.example").jwks_uri("https://192.168.0.1/keys").unwrap();
    assert!(matches!(build(elsewhere), Err(BuildError::Issuer(IssuerError::PrivateAddress(_)))));
    assert!(build(new("https://a.example").timeout(Duration::from_secs(1))).is_ok());
}

#[tokio::test]
async fn rfc7662_s2_2_a_token_of_another_issuer_is_inactive() {
    let (server, clock) =
        (IssuerServer::start(&[("k", &Forger::es256())]).await, TestClock::at(Timestamp::from_secs(NOW)));
    let auth = testing::in_memory().trust(trust(&server).subject_prefix("idp|")).clock(clock).build().unwrap();
    let (ada, _) = auth
        .register(&Context::system("test"), Registration::new("ada@example.com", "three words and a comma"))
        .await
        .unwrap();
    let new = NewApiKey { scopes: vec!["introspect".into()], ..NewApiKey::new("gateway") };
    let key = auth.create_api_key(&Context::system("test"), &ada, new).await.unwrap().key;
    let routes = GuardedRouter::new().route("/me", get(me)).merge(auth.routes());
    let (url, http) = (auth_tests::serve(routes.with_state(auth)).await, reqwest::Client::new());
    let token = token(&Forger::es256(), "k", claims(&server.url));
    assert_eq!(http.get(format!("{url}/me")).bearer_auth(&token).send().await.unwrap().status(), 200);
    let asked = http.post(format!("{url}/auth/introspect")).header("x-api-key", key.expose());
    let answer = asked.form(&[("token", &token)]).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, r#"{"active":false}"#));
}
