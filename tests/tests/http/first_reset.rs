//! The first reset of an account whose address was never verified: another client may have registered it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message};
use auth_core::store::{AccountPatch, AuditFilter, MemoryStore, SqliteStore, Store};
use auth_core::testing::TestClock;
use auth_core::{Clock as _, Context, NewApiKey, Registration, Timestamp};
use auth_tests::{Client, Tokens};
use reqwest::Method;
use serde_json::json;

use crate::{OTHER_PASSWORD, PASSWORD};

#[api_key]
async fn by_key() {}

/// Keeps the tokens of the messages.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Delivery for Outbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        self.0.lock().unwrap().push(message.token().to_owned());
        Ok(())
    }
}

struct Scene {
    auth: Auth,
    client: Client,
    clock: TestClock,
    outbox: Outbox,
    owner: SubjectId,
}

impl Scene {
    /// A service where a client has registered an address, with the message to it.
    async fn new() -> Self {
        Self::on(MemoryStore::new()).await
    }

    async fn on(store: impl Store) -> Self {
        let (clock, outbox) = (TestClock::at(Timestamp::from_secs(1_800_000_000)), Outbox::default());
        let builder = auth_core::testing::in_memory().store(store).clock(clock.clone());
        let auth = builder.delivery(outbox.clone()).build().unwrap();
        let user = Registration::new("victim@example.com", PASSWORD);
        let (owner, _) = auth.register(&Context::system("test"), user).await.unwrap();
        let routes = GuardedRouter::new().route("/by-key", get(by_key)).merge(auth.routes());
        let client = Client::new(&auth_tests::serve(routes.with_state(auth.clone())).await);
        Self { auth, client, clock, outbox, owner }
    }

    async fn message(&self) -> String {
        self.auth.settled().await;
        self.outbox.0.lock().unwrap().pop().unwrap()
    }

    async fn reset(&self, password: &str) {
        assert_eq!(self.try_reset(password).await, 204);
    }

    async fn try_reset(&self, password: &str) -> u16 {
        self.client.post_json("/auth/password/forgot", &json!({ "email": "victim@example.com" })).await;
        let body = json!({ "token": self.message().await, "new_password": password });
        self.client.post_json("/auth/password/reset", &body).await.status.as_u16()
    }

    async fn key(&self) -> String {
        let issued = self.auth.create_api_key(&Context::system("test"), &self.owner, NewApiKey::new("a key")).await;
        issued.unwrap().key.expose().to_owned()
    }

    async fn enrol(&self, session: &Tokens) {
        let enrolled = self.client.call_as(&session.access, Method::POST, "/auth/mfa/totp").await.json();
        let code = auth_tests::totp(enrolled["secret"].as_str().unwrap(), self.clock.now().as_secs());
        let body = json!({ "code": code });
        let confirmed = self.client.json_as(&session.access, Method::POST, "/auth/mfa/totp/confirm", &body).await;
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
    }

    async fn by_key(&self, key: &str) -> u16 {
        let request = self.client.request(Method::GET, "/by-key").header("x-api-key", key);
        self.client.send(request).await.status.as_u16()
    }
}

#[tokio::test]
async fn the_first_reset_of_an_unverified_account_leaves_no_key_and_no_second_factor() {
    let scene = Scene::new().await;
    let attacker = scene.client.login("victim@example.com", PASSWORD).await;
    let key = scene.key().await;
    scene.enrol(&attacker).await;
    assert_eq!(scene.by_key(&key).await, 200);
    scene.reset(OTHER_PASSWORD).await;
    assert_eq!(scene.by_key(&key).await, 401);
    let owner = scene.client.login("victim@example.com", OTHER_PASSWORD).await;
    let events = scene.auth.events(&AuditFilter::default(), 100).await.unwrap();
    for kind in ["api_key_revoked", "second_factor_removed"] {
        assert!(events.iter().any(|event| event.kind.name() == kind), "{kind}");
    }
    // What the owner makes from then on is kept.
    let key = scene.key().await;
    scene.clock.advance(Duration::from_secs(30));
    scene.enrol(&owner).await;
    scene.reset("a third horse for the stable").await;
    assert_eq!(scene.by_key(&key).await, 200);
    let refused = scene.client.try_login("victim@example.com", "a third horse for the stable").await;
    assert!(refused.json()["type"].as_str().unwrap().ends_with("second-factor-required"), "{refused:?}");
}

/// Otherwise the address would be verified, and what another client has made would stay for good.
#[tokio::test]
async fn the_next_reset_is_the_first_one_where_the_store_has_failed_in_it() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let scene = Scene::on(store.clone()).await;
    let key = scene.key().await;
    let run = async |sql: &'static str| auth_core::sqlx::query(sql).execute(store.pool()).await.unwrap();
    run("ALTER TABLE auth_api_keys RENAME TO away").await;
    assert_eq!(scene.try_reset(OTHER_PASSWORD).await, 503);
    run("ALTER TABLE away RENAME TO auth_api_keys").await;
    assert_eq!(scene.auth.email_verified_at(&scene.owner).await, Ok(None));
    scene.reset("a third horse for the stable").await;
    assert_eq!(scene.by_key(&key).await, 401);
    scene.client.login("victim@example.com", "a third horse for the stable").await;
}

#[tokio::test]
async fn a_reset_after_a_verification_keeps_keys_and_second_factor() {
    let scene = Scene::new().await;
    let verification = scene.message().await;
    scene.auth.verify_email(&Context::system("test"), &verification).await.unwrap();
    let key = scene.key().await;
    let session = scene.client.login("victim@example.com", PASSWORD).await;
    scene.enrol(&session).await;
    scene.reset(OTHER_PASSWORD).await;
    assert_eq!(scene.by_key(&key).await, 200);
    let refused = scene.client.try_login("victim@example.com", OTHER_PASSWORD).await;
    assert!(refused.json()["type"].as_str().unwrap().ends_with("second-factor-required"), "{refused:?}");
}

/// A client that has verified an address of its own moves its account to that of another person.
#[tokio::test]
async fn the_first_reset_by_an_unverified_address_leaves_no_key_of_an_account_that_was_moved_to_it() {
    let scene = Scene::new().await;
    let move_to = async |email: &str| {
        let patch = AccountPatch { email: email.parse().ok(), ..AccountPatch::default() };
        scene.auth.update_account(&Context::system("test"), &scene.owner, patch).await.unwrap();
    };
    move_to("attacker@example.com").await;
    let verification = scene.message().await;
    scene.auth.verify_email(&Context::system("test"), &verification).await.unwrap();
    let attacker = scene.client.login("attacker@example.com", PASSWORD).await;
    let key = scene.key().await;
    scene.enrol(&attacker).await;
    move_to("victim@example.com").await;
    assert_eq!(scene.by_key(&key).await, 200);
    scene.reset(OTHER_PASSWORD).await;
    assert_eq!(scene.by_key(&key).await, 401);
    // The factor stays: a thief of a session could move the account to get rid of it.
    let refused = scene.client.try_login("victim@example.com", OTHER_PASSWORD).await;
    assert!(refused.json()["type"].as_str().unwrap().ends_with("second-factor-required"), "{refused:?}");
}
