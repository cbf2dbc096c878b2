//! Access tokens of a former service: accepted with one setting until a set time, with no more rights than they
//! contain.

mod fastapi;
mod former;
mod options;
mod service;

use std::time::Duration;

use auth_core::sqlx::raw_sql;
use auth_core::store::{AccountPatch, Audit, SqliteStore, UserDirectory, UserTable};
use auth_core::{
    AccountError, BuildError, Context, Dpop, Identity, LegacyTokens, Login, NewApiKey, Registration, SubjectId,
    Timestamp,
};
use axum::extract::FromRequestParts as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::forge::{Forger, SECRET};
use crate::service::{EMAIL, PASSWORD};
use service::{NOW, SPAN, Service, legacy, token};

#[tokio::test]
async fn a_legacy_token_is_accepted_only_with_the_setting() {
    let with = Service::start().await;
    assert_eq!(with.says(with.claims()).await, 200);
    let without = Service::start_with(|builder| builder).await;
    assert_eq!(without.says(without.claims()).await, 401);
}

#[tokio::test]
async fn where_dpop_is_required_no_legacy_token_is_accepted() {
    let bound = |dpop| Service::start_with(move |builder| builder.legacy_tokens(legacy()).dpop(dpop));
    let optional = bound(Dpop::optional()).await;
    assert_eq!(optional.says(optional.claims()).await, 200);
    let required = bound(Dpop::required()).await;
    assert_eq!(required.says(required.claims()).await, 401);
}

#[tokio::test]
async fn legacy_tokens_are_refused_after_the_configured_end() {
    let service = Service::start().await;
    let mut claims = service.claims();
    claims.insert("exp".into(), json!(4_000_000_000_u64));
    let token = token(claims);
    service.clock.set(Timestamp::from_secs(NOW).after(SPAN).before(Duration::from_secs(1)));
    assert_eq!(service.me(&token).await, 200);
    service.clock.advance(Duration::from_secs(1));
    assert_eq!(service.me(&token).await, 401);
}

#[tokio::test]
async fn a_legacy_token_expires() {
    let service = Service::start().await;
    let token = token(service.claims());
    service.clock.advance(Duration::from_hours(1));
    assert_eq!(service.me(&token).await, 200, "within the skew");
    service.clock.advance(Duration::from_secs(5));
    assert_eq!(service.me(&token).await, 401);
}

#[tokio::test]
async fn a_legacy_token_of_another_secret_or_header_is_refused() {
    let service = Service::start().await;
    let claims = Value::from(service.claims()).to_string();
    let good = Forger::hs256();
    for header in [r#"{"alg":"HS256"}"#, r#"{"typ":"jwt","alg":"HS256"}"#, r#"{"typ":"application/JWT","alg":"HS256"}"#]
    {
        assert_eq!(service.me(&good.token(header, &claims)).await, 200, "{header}");
    }
    for header in [
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"refresh+jwt"}"#,
        r#"{"alg":"HS256","typ":null}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"k"}"#,
        r#"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#,
        r#"{"alg":"HS256","typ":"JWT","jku":"https://evil.example/jwks"}"#,
        r#"{"alg":"HS256","alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS512","typ":"JWT"}"#,
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"typ":"JWT"}"#,
    ] {
        assert_eq!(service.me(&good.token(header, &claims)).await, 401, "{header}");
    }
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    for forger in [Forger::es256(), Forger::rsa(jsonwebtoken::Algorithm::RS256)] {
        assert_eq!(service.me(&forger.token(header, &claims)).await, 401);
    }
    let token = good.token(header, &claims);
    let (message, _) = token.rsplit_once('.').unwrap();
    assert_eq!(service.me(&format!("{message}.")).await, 401);
    let other =
        Forger { key: jsonwebtoken::EncodingKey::from_secret(b"another secret of 32 bytes or more").unwrap(), ..good };
    assert_eq!(service.me(&other.token(header, &claims)).await, 401);
}

#[tokio::test]
async fn a_legacy_token_has_exactly_the_expected_claims() {
    let service = Service::start().await;
    let with = |name: &str, value: Value| {
        let mut claims = service.claims();
        claims.insert(name.into(), value);
        claims
    };
    for (name, value) in [("iat", json!(NOW)), ("user_role", json!("admin")), ("exp", json!(2_500_000_060.5))] {
        assert_eq!(service.says(with(name, value.clone())).await, 200, "{name}: {value}");
    }
    for (name, value) in [
        ("type", json!("refresh")),
        ("type", json!("Access")),
        ("type", json!(["access"])),
        ("type", json!(null)),
        ("exp", json!(NOW - 5)),
        ("exp", json!((NOW + 60).to_string())),
        ("exp", json!(null)),
        ("nbf", json!(NOW + 60)),
        ("nbf", json!("now")),
        ("iat", json!(NOW + 60)),
        ("sub", json!("")),
        ("sub", json!(null)),
        ("sub", json!([service.user])),
        ("sub", json!("x".repeat(256))),
        ("sub", json!("a\nb")),
        ("sub", json!(1.5)),
        // A legacy token has no audience, issuer or confirmation.
        ("aud", json!("api")),
        ("iss", json!("https://issuer.example")),
        ("cnf", json!({ "jkt": "x" })),
    ] {
        assert_eq!(service.says(with(name, value.clone())).await, 401, "{name}: {value}");
    }
    for name in ["sub", "exp", "type"] {
        let mut claims = service.claims();
        claims.remove(name);
        assert_eq!(service.says(claims).await, 401, "without {name}");
    }
    let doubled = format!(r#"{{"sub":"{0}","exp":4000000000,"type":"refresh","type":"access"}}"#, service.user);
    assert_eq!(service.me(&Forger::hs256().token(r#"{"alg":"HS256","typ":"JWT"}"#, &doubled)).await, 401);
}

#[tokio::test]
async fn a_legacy_token_of_an_unknown_or_inactive_subject_is_refused() {
    let service = Service::start().await;
    let mut claims = service.claims();
    claims.insert("sub".into(), json!(SubjectId::random()));
    assert_eq!(service.says(claims).await, 401);

    let token = token(service.claims());
    assert_eq!(service.me(&token).await, 200);
    let active = |active| AccountPatch { active: Some(active), ..AccountPatch::default() };
    service.auth.update_account(&Context::system("test"), &service.user, active(false)).await.unwrap();
    assert_eq!(service.me(&token).await, 401);
    service.auth.update_account(&Context::system("test"), &service.user, active(true)).await.unwrap();
    assert_eq!(service.me(&token).await, 401, "a token came back with its account");
    let removed = Service::start().await;
    let token = self::token(removed.claims());
    assert_eq!(removed.me(&token).await, 200);
    removed.auth.remove_account(&Context::system("test"), &removed.user).await.unwrap();
    assert_eq!(removed.me(&token).await, 401);
}

#[tokio::test]
async fn a_changed_password_ends_a_legacy_token() {
    let service = Service::start().await;
    let token = token(service.claims());
    let change = json!({ "current_password": PASSWORD, "new_password": "another horse for the stable" });
    // Authenticated by the legacy token itself; the current password is required as well.
    let request = reqwest::Client::new().post(format!("{}/auth/password", service.url)).bearer_auth(&token);
    let answer = request.json(&change).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(service.me(&token).await, 401);
    let tokens: Value = answer.json().await.unwrap();
    assert_eq!(service.me(tokens["access_token"].as_str().unwrap()).await, 200);
}

#[tokio::test]
async fn only_a_logout_everywhere_ends_a_legacy_token() {
    let service = Service::start().await;
    let token = token(service.claims());
    assert_eq!(service.send(Method::POST, "/auth/logout", &token).await, 404, "it belongs to no session");
    assert_eq!(service.me(&token).await, 200);
    let login = service.auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    assert_eq!(service.me(&token).await, 200, "a login ends nothing");
    assert_eq!(service.send(Method::POST, "/auth/logout-all", login.access.expose()).await, 204);
    assert_eq!(service.me(&token).await, 401);
    assert_eq!(service.me(login.access.expose()).await, 401);
}

#[tokio::test]
async fn a_legacy_token_has_the_current_roles_no_scope_and_no_freshness() {
    let service = Service::start().await;
    let mut claims = service.claims();
    let more = json!({
        "scope": "profile", "scopes": ["profile"], "roles": ["Admin"], "amr": ["mfa", "otp"], "acr": "mfa",
        "auth_time": NOW, "iat": NOW, "sid": "1", "ver": 0, "client_id": "app", "jti": "1",
    });
    claims.extend(more.as_object().unwrap().clone());
    let token = token(claims);
    assert_eq!(service.get("/admin", &token).await, 200);
    assert_eq!(service.get("/profile", &token).await, 403);
    assert_eq!(service.get("/recent", &token).await, 401);
    assert_eq!(service.get("/strong", &token).await, 401);
    let nothing = AccountPatch { roles: Some(Vec::new()), ..AccountPatch::default() };
    service.auth.update_account(&Context::system("test"), &service.user, nothing).await.unwrap();
    assert_eq!(service.get("/admin", &token).await, 403);
}

#[tokio::test]
async fn a_negation_is_not_met_by_what_a_legacy_token_says_or_may_say() {
    let service = Service::start().await;
    let plain = token(service.claims());
    assert_eq!(service.get("/not-banned", &plain).await, 200);
    for unknown in ["/not-by-code", "/not-profile"] {
        assert_ne!(service.get(unknown, &plain).await, 200, "{unknown}");
    }
    let mut banned = service.claims();
    banned.insert("banned".into(), json!(true));
    assert_eq!(service.get("/not-banned", &token(banned)).await, 403);
}

#[tokio::test]
async fn the_subject_of_a_legacy_token_is_an_id_or_if_configured_a_login() {
    let by_id = Service::start().await;
    let by_login = Service::start_with(|builder| builder.legacy_tokens(legacy().by_login())).await;
    let named = |name: &str| {
        let mut claims = by_id.claims();
        claims.insert("sub".into(), json!(name));
        claims.insert("iat".into(), json!(NOW));
        claims
    };
    assert_eq!(by_id.says(named(EMAIL)).await, 401);
    assert_eq!(by_login.says(named(EMAIL)).await, 200);
    assert_eq!(by_login.says(named("grace@example.com")).await, 401);
    assert_eq!(by_login.says(named(by_login.user.as_str())).await, 401);
    // An account that was disabled takes no earlier token again.
    let disabled = Service::start_with(|builder| builder.legacy_tokens(legacy().by_login())).await;
    for active in [false, true] {
        let patch = AccountPatch { active: Some(active), ..AccountPatch::default() };
        disabled.store.update(&disabled.user, patch, Audit::none()).await.unwrap();
        assert_eq!(disabled.says(named(EMAIL)).await, 401);
    }
    by_login.auth.logout_everywhere(&Context::system("test"), &by_login.user).await.unwrap();
    assert_eq!(by_login.says(named(EMAIL)).await, 401);
}

/// There is no session, whose end would be seen.
#[tokio::test]
async fn a_subject_who_is_disabled_or_logged_out_during_a_request_changes_nothing() {
    for is_disabled in [true, false] {
        let (service, system) = (Service::start().await, Context::system("test"));
        let request = axum::http::Request::builder();
        let request = request.header("authorization", format!("Bearer {}", token(service.claims())));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        Identity::from_request_parts(&mut parts, &service.auth).await.unwrap();
        let late = Context::from_request_parts(&mut parts, &service.auth).await.unwrap();
        let create = || service.auth.create_api_key(&late, &service.user, NewApiKey::new("late"));
        create().await.unwrap();
        if is_disabled {
            let disabled = AccountPatch { active: Some(false), ..AccountPatch::default() };
            service.auth.update_account(&system, &service.user, disabled).await.unwrap();
        } else {
            service.auth.logout_everywhere(&system, &service.user).await.unwrap();
        }
        assert_eq!(create().await.unwrap_err(), AccountError::CallerChanged);
    }
}

#[tokio::test]
async fn a_login_name_that_was_given_up_opens_no_other_account() {
    let service = Service::start_with(|builder| builder.legacy_tokens(legacy().by_login())).await;
    let context = Context::system("test");
    let named = |name: &str, iat: Option<i64>| {
        let mut claims = service.claims();
        claims.insert("sub".into(), json!(name));
        claims.extend(iat.map(|iat| ("iat".to_owned(), json!(iat))));
        claims
    };
    let created = service.auth.account(&service.user).await.unwrap().created_at.as_millis() / 1000;
    assert_eq!(service.says(named(EMAIL, Some(created))).await, 200, "issued in the second of the account");
    assert_eq!(service.says(named(EMAIL, Some(created - 1))).await, 401, "older than the account");
    assert_eq!(service.says(named(EMAIL, None)).await, 401, "of an unknown age");

    // An account of long ago takes the name: its version says so, whatever the age of the token.
    let other = Registration::new("grace@example.com", PASSWORD.to_owned());
    let (grace, _) = service.auth.register(&context, other).await.unwrap();
    assert_eq!(service.says(named("grace@example.com", Some(NOW))).await, 200);
    let rename = |email: &str| AccountPatch { email: Some(email.parse().unwrap()), ..AccountPatch::default() };
    service.auth.update_account(&context, &service.user, rename("countess@example.com")).await.unwrap();
    assert_eq!(service.says(named(EMAIL, Some(NOW))).await, 401, "the name is free");
    service.auth.update_account(&context, &grace, rename(EMAIL)).await.unwrap();
    assert_eq!(service.says(named(EMAIL, Some(NOW))).await, 401, "the token opened another account");
}

/// A table that does not say when its accounts were created, or does by a column.
#[tokio::test]
async fn by_login_an_account_of_unknown_age_takes_no_token_with_an_age() {
    let table = "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE, password_hash TEXT, version BIGINT,
                 is_admin BOOLEAN, is_active BOOLEAN, joined TEXT)";
    for (tokens, is_dated, iat, status) in [
        (legacy().by_login(), false, Some(NOW), 401),
        (legacy().by_login(), false, None, 401),
        (legacy().by_login().without_iat(), false, None, 200),
        (legacy().by_login().without_iat(), false, Some(NOW), 200),
        (legacy().by_login(), true, Some(NOW), 200),
        (legacy().by_login(), true, Some(1_000_000_000), 401),
        (legacy().by_login(), true, None, 401),
        (legacy().by_login().without_iat(), true, Some(1_000_000_000), 401),
    ] {
        let database = SqliteStore::open("sqlite::memory:").await.unwrap();
        raw_sql(table).execute(database.pool()).await.unwrap();
        let users = UserTable::new("users").active("is_active").role("is_admin", service::Role::Admin);
        let users = if is_dated { users.created_at("joined") } else { users };
        let users = users.in_sqlite(database.pool()).await.unwrap();
        let service = Service::start_with(|builder| builder.registry(users).legacy_tokens(tokens)).await;
        let mut claims = service.claims();
        claims.insert("sub".into(), json!(EMAIL));
        claims.extend(iat.map(|iat| ("iat".to_owned(), json!(iat))));
        assert_eq!(service.says(claims.clone()).await, status, "{iat:?}");
        // Disabled by a statement that does not raise the version.
        raw_sql("UPDATE users SET is_active = FALSE").execute(database.pool()).await.unwrap();
        assert_eq!(service.says(claims).await, 401, "{iat:?}: disabled");
    }
}

#[tokio::test]
async fn our_own_tokens_are_accepted_beside_legacy_ones_with_their_own_checks() {
    let until = crate::service::NOW.after(SPAN);
    let legacy = LegacyTokens::new(&SECRET.to_owned().into(), until).unwrap();
    // The same secret for both, as after a migration that kept it: the type distinguishes them.
    let service = crate::service::Service::start_with(
        auth_core::token::SigningKey::hs256(&SECRET.to_owned().into()).unwrap(),
        |builder| builder.legacy_tokens(legacy),
    )
    .await;
    assert_eq!(service.me(&service.token).await, 200);
    let as_legacy = Forger::hs256().with_header(&service, |header| {
        header.insert("typ".into(), json!("JWT"));
        header.remove("kid");
    });
    assert_eq!(service.me(&as_legacy).await, 401);
    let claims =
        json!({ "sub": service.claims()["sub"], "exp": crate::service::NOW.as_secs() + 3600, "type": "access" });
    assert_eq!(service.me(&token(claims.as_object().unwrap().clone())).await, 200);
}

#[tokio::test]
async fn revocation_of_a_legacy_token_is_an_error() {
    let service = Service::start().await;
    let token = token(service.claims());
    let request = reqwest::Client::new().post(format!("{}/auth/revoke", service.url)).form(&[("token", &token)]);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"], "unsupported_token_type");
}

#[test]
fn a_weak_secret_and_an_invalid_end_are_refused() {
    let until = Timestamp::from_secs(NOW);
    for secret in ["short", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"] {
        assert!(LegacyTokens::new(&secret.to_owned().into(), until).is_err(), "{secret}");
    }
    assert!(!format!("{:?}", legacy()).contains(SECRET));
    let build = |until: Timestamp| {
        let key = auth_core::token::SigningKey::<auth_core::token::EdDsa>::generate().unwrap();
        let tokens = LegacyTokens::new(&SECRET.to_owned().into(), until).unwrap();
        let clock = auth_core::testing::TestClock::at(Timestamp::from_secs(NOW));
        let builder = auth_core::Auth::builder(key, "https://issuer.example", "api").clock(clock);
        builder.store(auth_core::store::MemoryStore::default()).legacy_tokens(tokens).build().map(drop)
    };
    assert!(build(until).is_ok(), "an end that is over refuses tokens, not the start");
    assert!(build(until.after(Duration::from_hours(366 * 24))).is_ok());
    let refused = build(until.after(Duration::from_hours(367 * 24)));
    assert!(matches!(refused, Err(BuildError::Setting { setting: "legacy_tokens", .. })));
}
