//! Attempts beyond the limit of their address are refused without a question to the store.

use std::net::{IpAddr, Ipv4Addr};

use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::prelude::*;
use auth_core::recovery::LogDelivery;
use auth_core::store::SqliteStore;
use auth_core::{AccountError, CodeLogin, Context, Login, MagicLinkLogin, Registration, StepUp, testing};
use auth_tests::{Client, serve};
use secrecy::SecretString;

use crate::PASSWORD;
use crate::clock::identity;

fn context() -> Context {
    Context::system("test").address(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The outcome of each operation that takes a credential or sends a message.
async fn attempts(auth: &Auth, identity: &Identity, challenge: &str) -> Vec<(&'static str, Option<AccountError>)> {
    let (context, ada) = (context(), "ada@example.com");
    let code = || SecretString::from("123456");
    let mut by_password = StepUp::default();
    by_password.password = Some("wrong".into());
    let mut by_code = StepUp::default();
    by_code.otp = Some(code());
    let current = auth.change_password(&context, identity, "wrong".into(), PASSWORD.into());
    vec![
        ("login", auth.login(&context, Login::new(ada, PASSWORD)).await.err()),
        ("current password", current.await.err()),
        ("step-up by password", auth.step_up(&context, identity, by_password).await.err()),
        ("step-up by code", auth.step_up(&context, identity, by_code).await.err()),
        ("confirmation", auth.confirm_totp(&context, identity, code()).await.err()),
        ("removal", auth.remove_totp(&context, identity, Some(code())).await.err()),
        ("refresh", auth.refresh(&context, "rt_unknown").await.err()),
        ("registration", auth.register(&context, Registration::new(ada, PASSWORD)).await.err()),
        ("private registration", auth.register_privately(&context, Registration::new(ada, PASSWORD)).await.err()),
        ("reset message", auth.request_password_reset(&context, ada).await.err()),
        ("magic link", auth.request_magic_link(&context, ada).await.err()),
        ("login code", auth.request_login_code(&context, ada).await.err()),
        ("verification message", auth.request_email_verification(&context, identity.subject()).await.err()),
        ("reset", auth.reset_password(&context, "pr_unknown", PASSWORD.into()).await.err()),
        ("verification", auth.verify_email(&context, "ev_unknown").await.err()),
        ("new address", auth.verify_email(&context, "ac_unknown").await.err()),
        ("login by link", auth.magic_link_login(&context, MagicLinkLogin::new("ml_unknown")).await.err()),
        ("login by code", auth.login_by_code(&context, CodeLogin::new(challenge, "12345678")).await.err()),
    ]
}

#[tokio::test]
async fn no_attempt_beyond_the_limit_of_its_address_asks_the_store() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let once = Quota::per_hour(1);
    let operations = [
        Limited::CurrentPassword,
        Limited::Refresh,
        Limited::Registration,
        Limited::Message,
        Limited::OneTimeToken,
        Limited::OneTimeCode,
    ];
    let limits = operations
        .into_iter()
        .fold(RateLimits::off(), |limits, operation| limits.attempts(operation, By::Address, once));
    let limits = limits.attempts(Limited::Login, By::Address, Quota::per_hour(2));
    let builder = testing::in_memory().store(store.clone()).delivery(LogDelivery).rate_limits(limits);
    let auth = builder.build().unwrap();
    let system = Context::system("test");
    auth.register(&system, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let tokens = auth.login(&context(), Login::new("ada@example.com", PASSWORD)).await.unwrap();
    let identity = identity(&auth, tokens.access.expose()).await;
    let app = GuardedRouter::new().merge(auth.routes()).with_state(auth.clone());
    let client = Client::new(&serve(app).await);
    let challenge = auth.request_login_code(&system, "ada@example.com").await.unwrap();
    attempts(&auth, &identity, challenge.expose()).await;
    auth.settled().await;
    store.close().await;
    let refused = attempts(&auth, &identity, challenge.expose()).await;
    for (operation, error) in refused {
        assert!(matches!(error, Some(AccountError::RateLimited(_))), "{operation}: {error:?}");
    }
    // Of a public client, which has no secret whose guesses are limited.
    let revoked = client.post_form("/auth/revoke", &[("token", tokens.refresh.expose())]).await;
    assert_eq!(revoked.status, 429, "{}", revoked.text);
}
