//! The cache of verified tokens: what can have changed since is checked at each request.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::{AccountPatch, MemoryStore};
use auth_core::testing::TestClock;
use auth_core::token::{EdDsa, SigningKey};
use auth_core::{AuthBuilder, Clock, Context, Login, Registration, Timestamp};
use axum::extract::{FromRef, State};
use tokio::net::TcpListener;

use crate::forge::{Forger, SECRET};
use crate::service::{AUDIENCE, EMAIL, ISSUER, PASSWORD, Service};

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
}

#[derive(Clone, FromRef)]
struct App {
    auth: Auth,
    /// Every caller so far, so that no two consecutive ones have the same address in memory.
    callers: Arc<Mutex<Vec<Identity>>>,
}

#[require_role(Admin)]
async fn admin(identity: Identity, State(app): State<App>) {
    app.callers.lock().unwrap().push(identity);
}

/// A service with a guarded route, and an administrator whose token is in its cache.
struct Seen {
    url: String,
    app: App,
    clock: TestClock,
    http: reqwest::Client,
    token: String,
}

impl Seen {
    async fn start(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
        let key = SigningKey::<EdDsa>::generate().unwrap();
        let builder = Auth::builder(key, ISSUER, AUDIENCE).store(MemoryStore::default()).clock(clock.clone());
        let auth = set(builder).build().unwrap();
        auth.register(
            &Context::system("test"),
            Registration::new(EMAIL, PASSWORD.to_owned()).with_roles([Role::Admin]),
        )
        .await
        .unwrap();
        let token = auth
            .login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned()))
            .await
            .unwrap()
            .access
            .expose()
            .to_owned();
        let app = App { auth, callers: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/admin", listener.local_addr().unwrap());
        let router: axum::Router = GuardedRouter::new().route("/admin", get(admin)).with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let seen = Self { url, app, clock, http: reqwest::Client::new(), token };
        // A token is cached when it is verified the second time.
        for _ in 0..3 {
            assert_eq!(seen.get().await, 200);
        }
        seen
    }

    async fn get_with(&self, token: &str) -> u16 {
        self.http.get(&self.url).bearer_auth(token).send().await.unwrap().status().as_u16()
    }

    async fn get(&self) -> u16 {
        self.get_with(&self.token).await
    }

    fn caller(&self) -> Identity {
        self.app.callers.lock().unwrap()[0].clone()
    }

    /// Whether the third request got the cached result of the second.
    fn was_looked_up(&self) -> bool {
        let callers = self.app.callers.lock().unwrap();
        std::ptr::eq(callers[1].claims(), callers[2].claims())
    }
}

async fn seen() -> Seen {
    let seen = Seen::start(|builder| builder).await;
    assert!(seen.was_looked_up());
    seen
}

#[tokio::test]
async fn a_verified_token_is_cached_unless_the_cache_is_off() {
    seen().await;
    assert!(!Seen::start(|builder| builder.token_cache(0)).await.was_looked_up());
}

#[tokio::test]
async fn a_cached_token_expires() {
    let seen = seen().await;
    // 15 minutes, and the rest of a second.
    seen.clock.advance(Duration::from_mins(15));
    assert_eq!(seen.get().await, 200);
    seen.clock.advance(Duration::from_secs(1));
    assert_eq!((seen.get().await, seen.get().await), (401, 401));
}

#[tokio::test]
async fn a_cached_token_is_refused_before_its_nbf() {
    let seen = seen().await;
    let now = seen.clock.now();
    seen.clock.set(now.before(Duration::from_secs(5)));
    assert_eq!(seen.get().await, 200);
    seen.clock.set(now.before(Duration::from_secs(6)));
    assert_eq!(seen.get().await, 401);
    seen.clock.set(now);
    assert_eq!(seen.get().await, 200);
}

#[tokio::test]
async fn a_cached_token_ends_with_its_key() {
    let seen = seen().await;
    let kid = seen.app.auth.keys()[0].kid.clone();
    seen.app.auth.rotate_key(&Context::system("test"), SigningKey::<EdDsa>::generate().unwrap()).unwrap();
    assert_eq!((seen.get().await, seen.get().await), (200, 200));
    seen.app.auth.retire_key(&Context::system("test"), &kid).unwrap();
    assert_eq!(seen.get().await, 401);
}

#[tokio::test]
async fn a_cached_token_ends_with_its_session() {
    let seen = seen().await;
    seen.app.auth.logout(&Context::system("test"), &seen.caller()).await.unwrap();
    assert_eq!(seen.get().await, 401);
}

#[tokio::test]
async fn a_cached_token_ends_with_its_subject() {
    let seen = seen().await;
    let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
    seen.app.auth.update_account(&Context::system("test"), seen.caller().subject(), patch).await.unwrap();
    assert_eq!(seen.get().await, 401);
}

#[tokio::test]
async fn a_cached_token_does_not_keep_a_role() {
    let seen = seen().await;
    let patch = AccountPatch { roles: Some(Vec::new()), ..AccountPatch::default() };
    seen.app.auth.update_account(&Context::system("test"), seen.caller().subject(), patch).await.unwrap();
    assert_eq!(seen.get().await, 403);
}

#[tokio::test]
async fn a_token_that_differs_in_one_character_is_not_cached() {
    let seen = seen().await;
    for at in (0..seen.token.len()).filter(|at| seen.token.as_bytes()[*at] != b'.') {
        let mut other = seen.token.clone();
        let replaced = if seen.token.as_bytes()[at] == b'A' { "B" } else { "A" };
        other.replace_range(at..=at, replaced);
        assert_eq!(seen.get_with(&other).await, 401, "{at}");
    }
    assert_eq!(seen.get().await, 200);
    assert_eq!(seen.get_with(&format!("{}A", seen.token)).await, 401);
    assert_eq!(seen.get_with(&seen.token[..seen.token.len() - 1]).await, 401);
}

#[tokio::test]
async fn more_tokens_than_the_cache_holds_stay_valid() {
    let key = SigningKey::hs256(&SECRET.to_owned().into()).unwrap();
    let service = Service::start_with(key, |builder| builder.token_cache(32)).await;
    let forger = Forger::hs256();
    let another =
        |n: usize| forger.with_claims(&service, |claims| drop(claims.insert("jti".into(), n.to_string().into())));
    let tokens: Vec<String> = (0..200).map(another).collect();
    for token in tokens.iter().chain(&tokens) {
        for _ in 0..3 {
            assert_eq!(service.me(token).await, 200);
        }
    }
    service.clock.advance(Duration::from_mins(16));
    for token in &tokens {
        assert_eq!(service.me(token).await, 401);
    }
}
