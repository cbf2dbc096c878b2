//! Claims of other issuers: missing, of another type, doubled, and the peculiarities of some issuers.

use serde_json::{Value, json};

use super::server::IssuerServer;
use super::{NOW, Service, claims, pair, token, trust};
use crate::forge::Forger;

/// Forms in which no claim is understood.
const UNREADABLE: [&str; 6] = ["null", "{}", "[]", "true", "[{}]", "[null]"];

async fn answers(name: &str, values: &[Value], expected: u16) {
    let (server, service, forger) = pair().await;
    for value in values {
        let mut claims = claims(&server.url);
        claims.insert(name.into(), value.clone());
        assert_eq!(service.me(&token(&forger, "k", claims)).await, expected, "{name}: {value}");
    }
}

#[tokio::test]
async fn rfc9068_s4_each_claim_of_another_issuer_is_required_and_of_its_type() {
    let wrong = UNREADABLE.map(|json| serde_json::from_str(json).unwrap());
    for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"] {
        let (server, service, forger) = pair().await;
        let mut missing = claims(&server.url);
        missing.remove(name);
        assert_eq!(service.me(&token(&forger, "k", missing)).await, 401, "{name} missing");
        answers(name, &wrong, 401).await;
    }
    for name in ["iss", "sub", "jti", "client_id"] {
        answers(name, &[json!(7)], 401).await;
    }
    for name in ["exp", "iat", "nbf"] {
        answers(name, &[json!("1800000000"), json!(1e300), json!([NOW])], 401).await;
    }
    answers("nbf", &wrong, 401).await;
    answers("sub", &[json!(""), json!("a\u{0}b"), json!("x".repeat(256))], 401).await;
    answers("aud", &[json!("other"), json!(["other"]), json!(["api", 7])], 401).await;
    answers("aud", &[json!(["other", "api"])], 200).await;
}

#[tokio::test]
async fn rfc7519_s2_a_time_may_have_a_fraction() {
    let now = f64::from(u32::try_from(NOW).unwrap());
    answers("exp", &[json!(now + 0.5), json!(now + 600.25)], 200).await;
    // Rounded to the shorter validity: 5 seconds of skew and no more.
    answers("exp", &[json!(now - 4.5)], 401).await;
    answers("exp", &[json!(now - 3.5)], 200).await;
    answers("nbf", &[json!(now + 4.5)], 200).await;
    answers("nbf", &[json!(now + 5.5)], 401).await;
    answers("iat", &[json!(now + 5.5)], 401).await;
    answers("iat", &[json!(now - 0.5)], 200).await;
}

#[tokio::test]
async fn rfc7519_s4_a_doubled_claim_of_another_issuer_is_refused() {
    let (server, service, forger) = pair().await;
    let payload = Value::from(claims(&server.url)).to_string();
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "k" }).to_string();
    assert_eq!(service.me(&forger.token(&header, &payload)).await, 200);
    for doubled in
        [r#""aud":"api","#, r#""sub":"ada","#, r#""x":1,"x":1,"#, r#""y":{"a":1,"a":1},"#, r#""su\u0062":"eve","#]
    {
        let payload = payload.replacen('{', &format!("{{{doubled}"), 1);
        assert_eq!(service.me(&forger.token(&header, &payload)).await, 401, "{doubled}");
    }
}

#[tokio::test]
async fn rfc7800_s3_a_token_that_is_bound_to_a_key_is_not_a_bearer_token() {
    answers("cnf", &[json!({ "jkt": "abc" }), json!({}), Value::Null], 401).await;
}

#[tokio::test]
async fn rfc8725_s3_12_a_token_of_another_kind_is_not_an_access_token() {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let strict = Service::trusting([trust(&server)]).await;
    let lenient = Service::trusting([trust(&server).any_jwt_type()]).await;
    let with = |typ: Value, more: Value| {
        let mut header = json!({ "alg": "ES256", "kid": "k", "typ": typ });
        if header["typ"].is_null() {
            header.as_object_mut().unwrap().remove("typ");
        }
        let mut claims = claims(&server.url);
        claims.extend(more.as_object().unwrap().clone());
        Forger::es256().token(&header.to_string(), &Value::from(claims).to_string())
    };
    for (typ, by_strict, by_lenient) in [
        (json!("at+jwt"), 200, 200),
        (json!("application/at+jwt"), 200, 200),
        (json!("JWT"), 401, 200),
        (Value::Null, 401, 200),
        (json!("logout+jwt"), 401, 401),
        (json!("dpop+jwt"), 401, 401),
        (json!(""), 401, 401),
    ] {
        let token = with(typ.clone(), json!({}));
        assert_eq!((strict.me(&token).await, lenient.me(&token).await), (by_strict, by_lenient), "{typ}");
    }
    // ID and logout tokens of the same issuer and audience, by the claims that only they have.
    for mark in ["nonce", "at_hash", "c_hash", "s_hash", "events"] {
        assert_eq!(lenient.me(&with(json!("JWT"), json!({ mark: "x" }))).await, 401, "{mark}");
    }
    // What the payload states decides.
    for (stated, status) in [
        (json!({ "token_use": "access", "nonce": "x" }), 200),
        (json!({ "typ": "Bearer", "nonce": "x" }), 200),
        (json!({ "typ": "DPoP", "nonce": "x" }), 200),
        (json!({ "token_type": "access", "nonce": "x" }), 200),
        (json!({ "tokenName": "access_token", "nonce": "x" }), 200),
        (json!({ "typ": "JWT" }), 200),
        (json!({ "typ": "JWT", "nonce": "x" }), 401),
        (json!({ "token_use": "id" }), 401),
        (json!({ "typ": "ID" }), 401),
        (json!({ "typ": "Refresh" }), 401),
        (json!({ "typ": "Offline" }), 401),
        (json!({ "typ": "Logout" }), 401),
        (json!({ "token_type": "refresh" }), 401),
        (json!({ "tokenName": "id_token" }), 401),
        (json!({ "typ": "Bearer", "token_use": "id" }), 401),
        (json!({ "token_use": ["access"] }), 401),
        (json!({ "token_use": null }), 401),
    ] {
        assert_eq!(lenient.me(&with(json!("JWT"), stated.clone())).await, status, "{stated}");
    }
    assert_eq!(lenient.me(&with(json!("at+jwt"), json!({ "token_use": "id" }))).await, 401);
    // Issuers that do not follow RFC 9068 omit these.
    let mut few = claims(&server.url);
    for name in ["iat", "jti", "client_id"] {
        few.remove(name);
    }
    let few = Forger::es256().token(&json!({ "alg": "ES256", "kid": "k" }).to_string(), &Value::from(few).to_string());
    assert_eq!((strict.me(&few).await, lenient.me(&few).await), (401, 200));
}

/// The statuses of these claims at several paths.
async fn statuses<const N: usize>(paths: [&str; N], name: &str, value: &Value) -> [u16; N] {
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let issuer = trust(&server).any_jwt_type().roles_at("roles").roles_at("access.roles").scopes_at("permissions");
    let service = Service::trusting([issuer]).await;
    let mut claims = claims(&server.url);
    claims.insert(name.into(), value.clone());
    let header = json!({ "typ": "JWT", "alg": "ES256", "kid": "k" }).to_string();
    let token = Forger::es256().token(&header, &Value::from(claims).to_string());
    let mut statuses = [0; N];
    for (status, path) in statuses.iter_mut().zip(paths) {
        *status = service.call(path, &token).await.as_u16();
    }
    statuses
}

#[tokio::test]
async fn a_claim_that_is_not_understood_is_ignored() {
    let paths = ["/me", "/admin", "/reports", "/recent", "/strong"];
    for name in ["amr", "auth_time", "scope", "permissions", "roles", "access", "iat", "jti", "client_id"] {
        for json in UNREADABLE.into_iter().chain([r#"{"Admin":{"1":"a"},"mfa":1,"reports:read":1}"#, "1e300"]) {
            let value = serde_json::from_str(json).unwrap();
            assert_eq!(statuses(paths, name, &value).await, [200, 403, 403, 401, 401], "{name}: {value}");
        }
    }
    let text = json!(NOW.to_string());
    assert_eq!(statuses(paths, "auth_time", &text).await, [200, 403, 403, 401, 401], "{text}");
}

#[tokio::test]
async fn a_negation_over_what_could_not_be_read_is_refused() {
    for (path, names) in [
        ("/not/admin", ["roles", "access"].as_slice()),
        ("/not/reports", &["scope", "permissions"]),
        ("/not/password", &["amr"]),
        ("/not/recent", &["auth_time"]),
        ("/unbanned", &["realm_access"]),
    ] {
        for name in names {
            for value in [json!(null), json!({ "groups": { "a": 1 }, "roles": { "a": 1 } }), json!([{}]), json!(true)] {
                assert_eq!(statuses(["/me", path], name, &value).await, [200, 403], "{name}: {value}");
            }
        }
    }
    for (path, name, value, status) in [
        ("/not/admin", "roles", json!(["Reader"]), 200),
        ("/not/admin", "roles", json!([]), 200),
        ("/not/admin", "other", json!(7), 200),
        ("/not/admin", "roles", json!(["Reader", { "name": "Admin" }]), 403),
        ("/not/reports", "permissions", json!(["other"]), 200),
        ("/not/reports", "permissions", json!(["other reports:read"]), 403),
        ("/not/password", "amr", json!(["otp"]), 200),
        ("/not/password", "amr", json!("otp"), 200),
        ("/not/password", "amr", json!("otp pwd"), 403),
        ("/not/password", "amr", json!(["otp pwd"]), 403),
        ("/not/password", "amr", json!(["otp", ""]), 403),
        ("/not/admin", "roles", json!("Reader"), 200),
        ("/not/admin", "roles", json!("org:team/Reader-1"), 200),
        ("/not/reports", "scope", json!("other more"), 200),
        ("/not/recent", "auth_time", json!(NOW - 601), 200),
        ("/not/recent", "other", json!(7), 403),
    ] {
        assert_eq!(statuses([path], name, &value).await, [status], "{path} {name}: {value}");
    }
}

#[tokio::test]
async fn one_string_with_several_roles_is_not_one_role() {
    let lists = ["Admin User", "User,Admin", "[Admin, User]", "[\"Admin\"]", "User;Admin", "User|Admin", "{Admin}"];
    for roles in lists.into_iter().chain(["User\tAdmin", "User\nAdmin", " Admin", "User\u{a0}Admin"]) {
        let statuses = statuses(["/me", "/admin", "/not/admin"], "roles", &json!(roles)).await;
        assert_eq!(statuses, [200, 403, 403], "{roles:?}");
    }
    // An item of a list is one name, whatever is in it.
    assert_eq!(statuses(["/not/admin"], "roles", &json!(["Team, North"])).await, [200]);
}

#[tokio::test]
async fn rfc6749_s3_3_a_scope_of_other_characters_is_unreadable() {
    for scope in ["other\treports:read", "other\"reports:read\"", "\\reports:read", "l\u{ed}st", "a\u{0}"] {
        for name in ["scope", "permissions"] {
            assert_eq!(statuses(["/me", "/not/reports"], name, &json!(scope)).await, [200, 403], "{name} {scope:?}");
        }
        assert_eq!(statuses(["/not/reports"], "permissions", &json!([scope])).await, [403], "{scope:?}");
    }
}

#[tokio::test]
async fn rfc9470_an_authentication_in_the_future_is_neither_recent_nor_old() {
    for auth_time in [json!(NOW + 6), json!(NOW + 3600), json!(NOW * 1000), json!(9e15), json!(1_i64 << 62)] {
        let statuses = statuses(["/me", "/recent", "/not/recent"], "auth_time", &auth_time).await;
        assert_eq!(statuses, [200, 401, 403], "{auth_time}");
    }
    assert_eq!(statuses(["/recent", "/not/recent"], "auth_time", &json!(NOW + 5)).await, [200, 403]);
}

/// The status of `/tenant` with these values of the claim.
async fn tenant(service: &Service, server: &IssuerServer, forger: &Forger, value: &Value) -> u16 {
    let mut claims = claims(&server.url);
    claims.insert("tenant".into(), value.clone());
    service.call("/tenant", &token(forger, "k", claims)).await.as_u16()
}

#[tokio::test]
async fn a_claim_guards_by_its_value() {
    let (server, service, forger) = pair().await;
    for value in [json!("acme"), json!(["other", "acme"])] {
        assert_eq!(tenant(&service, &server, &forger, &value).await, 200, "{value}");
    }
    let wrong = [
        json!("Acme"),
        json!("acme2"),
        json!(""),
        json!(["acm"]),
        json!([["acme"]]),
        json!({ "acme": true }),
        Value::Null,
    ];
    for value in wrong {
        assert_eq!(tenant(&service, &server, &forger, &value).await, 403, "{value}");
    }
    let without = token(&forger, "k", claims(&server.url));
    let url = format!("{}/tenant", service.url);
    let refused = service.http.get(url).bearer_auth(&without).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    let body = refused.text().await.unwrap();
    assert!(body.contains("the claim `tenant`") && !body.contains("acme"), "{body}");
    let anonymous = service.http.get(format!("{}/tenant", service.url)).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
}

#[tokio::test]
async fn a_negated_claim_lets_in_a_known_caller_without_it() {
    let (server, service, forger) = pair().await;
    for (groups, status) in [(json!(["staff"]), 200), (json!(["staff", "banned"]), 403), (json!("banned"), 403)] {
        let mut claims = claims(&server.url);
        claims.insert("realm_access".into(), json!({ "groups": groups }));
        assert_eq!(service.call("/unbanned", &token(&forger, "k", claims)).await, status, "{groups}");
    }
    assert_eq!(service.call("/unbanned", &token(&forger, "k", claims(&server.url))).await, 200);
    assert_eq!(service.http.get(format!("{}/unbanned", service.url)).send().await.unwrap().status(), 401);
}
