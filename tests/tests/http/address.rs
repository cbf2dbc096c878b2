//! Changes of an e-mail address: their limits, their messages, and those that tell no one who has an account.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message, MessageKind};
use auth_core::store::{Account, AccountPatch, AuditFilter, MemoryStore, SqliteStore};
use auth_core::testing::TestClock;
use auth_core::{AccountError, Actor, AuthBuilder, Context, Email, NewApiKey, Refusal, Registration, Timestamp};
use auth_tests::{Answer, Client};
use axum::extract::{Path, State};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{OTHER_PASSWORD, PASSWORD};

#[path = "address/races.rs"]
mod races;

type Sent = (&'static str, String, String);

/// Keeps the messages, and may say that it does not.
#[derive(Clone, Default)]
struct Outbox {
    sent: Arc<Mutex<Vec<Sent>>>,
    fails: Arc<AtomicBool>,
}

#[async_trait]
impl Delivery for Outbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        let kind = match &message.kind {
            MessageKind::EmailVerification(_) => "verification",
            MessageKind::AddressChange(_) => "change",
            MessageKind::AddressChanged => "changed",
            MessageKind::AccountExists(_) => "exists",
            _ => "another",
        };
        self.sent.lock().unwrap().push((kind, message.to.to_string(), message.token().to_owned()));
        if self.fails.load(Relaxed) { Err(DeliveryError::new("no answer")) } else { Ok(()) }
    }
}

struct Scene {
    auth: Auth,
    outbox: Outbox,
    ada: SubjectId,
}

impl Scene {
    /// A service with the users ada, bob and cyd.
    async fn new(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let outbox = Outbox::default();
        let builder = auth_core::testing::in_memory().store(MemoryStore::new()).delivery(outbox.clone());
        let auth = set(builder).build().unwrap();
        let mut ids = Vec::new();
        for name in ["ada", "bob", "cyd"] {
            let user = Registration::new(format!("{name}@example.com"), PASSWORD);
            ids.push(auth.register(&Context::system("test"), user).await.unwrap().0);
        }
        let scene = Self { auth, outbox, ada: ids.swap_remove(0) };
        scene.messages().await;
        scene
    }

    async fn messages(&self) -> Vec<Sent> {
        self.auth.settled().await;
        std::mem::take(&mut *self.outbox.sent.lock().unwrap())
    }

    fn ada(&self) -> Context {
        Context::of(Actor::Subject(self.ada.clone()))
    }

    async fn change(&self, context: &Context, name: &str) -> Result<Account, AccountError> {
        let email = Some(format!("{name}@example.com").parse().unwrap());
        self.auth.update_account(context, &self.ada, AccountPatch { email, ..AccountPatch::default() }).await
    }

    /// What the subject sees at `/auth/events/mine`, oldest first.
    async fn events(&self) -> Vec<Value> {
        self.auth.settled().await;
        let filter = AuditFilter { subject: Some(self.ada.clone()), ..AuditFilter::default() };
        let events = self.auth.events(&filter, 100).await.unwrap();
        events.iter().rev().map(|event| serde_json::to_value(&event.kind).unwrap()).collect()
    }

    async fn address(&self) -> String {
        self.auth.account(&self.ada).await.unwrap().email.to_string()
    }
}

fn is_limited<T>(outcome: &Result<T, AccountError>) -> bool {
    matches!(outcome, Err(AccountError::RateLimited(_)))
}

fn kinds(sent: &[Sent]) -> Vec<(&str, &str)> {
    sent.iter().map(|(kind, to, _)| (*kind, to.as_str())).collect()
}

#[tokio::test]
async fn a_change_of_the_address_tells_the_former_one() {
    let scene = Scene::new(|builder| builder).await;
    scene.change(&scene.ada(), "countess").await.unwrap();
    assert_eq!(scene.address().await, "countess@example.com");
    let sent = scene.messages().await;
    assert_eq!(kinds(&sent), [("changed", "ada@example.com"), ("verification", "countess@example.com")]);
    // The same address again is no change.
    scene.change(&scene.ada(), "countess").await.unwrap();
    assert_eq!(scene.messages().await, []);
}

#[tokio::test]
async fn changes_of_the_address_are_limited_by_account_and_by_address() {
    let scene = Scene::new(|builder| builder).await;
    // Back and forth, to send messages to an address of another person.
    for n in 0..30 {
        let name = if n % 2 == 0 { "victim" } else { "ada" };
        let outcome = scene.change(&scene.ada(), name).await;
        assert!(outcome.is_ok() || is_limited(&outcome), "{outcome:?}");
    }
    let to_victim = scene.messages().await.into_iter().filter(|(_, to, _)| to == "victim@example.com").count();
    assert!(to_victim <= 10, "{to_victim} messages");
    // The account has used up its limit, and may keep its address.
    assert!(is_limited(&scene.change(&scene.ada(), "fresh").await));
    scene.auth.update_account(&scene.ada(), &scene.ada, AccountPatch::default()).await.unwrap();

    // Many accounts, one address.
    let mut limited = 0;
    for n in 0..12 {
        let system = Context::system("test");
        let user = Registration::new(format!("{n}@example.com"), PASSWORD);
        let (user, _) = scene.auth.register(&system, user).await.unwrap();
        let patch = AccountPatch { email: Some("target@example.com".parse().unwrap()), ..AccountPatch::default() };
        let outcome = scene.auth.update_account(&Context::of(Actor::Subject(user.clone())), &user, patch).await;
        limited += usize::from(is_limited(&outcome));
    }
    assert_eq!(limited, 2);
}

#[tokio::test]
async fn who_has_an_account_is_not_found_out_by_many_changes_of_an_address() {
    let scene = Scene::new(|builder| builder).await;
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(scene.change(&scene.ada(), "bob").await.unwrap_err());
    }
    assert_eq!(answers[0], AccountError::EmailTaken);
    assert!(answers[10..].iter().all(|answer| matches!(answer, AccountError::RateLimited(_))), "{answers:?}");
}

#[tokio::test]
async fn a_private_change_of_the_address_tells_no_one_who_has_an_account() {
    let scene = Scene::new(AuthBuilder::private_registration).await;
    let free = scene.change(&scene.ada(), "countess").await;
    assert_eq!(kinds(&scene.messages().await), [("change", "countess@example.com")]);
    let taken = scene.change(&scene.ada(), "bob").await;
    assert_eq!(free, taken);
    assert_eq!(free.unwrap().email.as_str(), "ada@example.com");
    assert_eq!(kinds(&scene.messages().await), [("exists", "bob@example.com")]);
    assert_eq!(scene.address().await, "ada@example.com");
    scene.change(&scene.ada(), "countess").await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();

    // By the token, once, for the subject alone.
    let system = Context::system("test");
    assert_eq!(scene.auth.verify_email(&system, &token).await.as_ref(), Ok(&scene.ada));
    assert_eq!(scene.address().await, "countess@example.com");
    assert!(scene.auth.email_verified_at(&scene.ada).await.unwrap().is_some());
    assert_eq!(kinds(&scene.messages().await), [("changed", "ada@example.com")]);
    assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::InvalidOneTimeToken));

    // An administrator sees the accounts anyway.
    assert_eq!(scene.change(&system, "bob").await, Err(AccountError::EmailTaken));
    assert_eq!(scene.change(&system, "ada").await.unwrap().email.as_str(), "ada@example.com");
}

#[tokio::test]
async fn the_token_of_a_change_ends_with_the_password_and_takes_no_address_of_another_account() {
    let scene = Scene::new(AuthBuilder::private_registration).await;
    let system = Context::system("test");
    scene.change(&scene.ada(), "countess").await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();
    let kept = auth_core::Keep::None;
    scene.auth.set_password(&system, &scene.ada, OTHER_PASSWORD.into(), kept).await.unwrap();
    assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::InvalidOneTimeToken));

    scene.change(&scene.ada(), "countess").await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();
    scene.auth.register(&system, Registration::new("countess@example.com", PASSWORD)).await.unwrap();
    assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::InvalidOneTimeToken));
    assert_eq!(scene.address().await, "ada@example.com");
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), None);
}

#[tokio::test]
async fn the_token_of_a_change_that_has_expired_changes_nothing() {
    let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
    let scene = Scene::new(|builder| builder.clock(clock.clone()).private_registration()).await;
    scene.change(&scene.ada(), "countess").await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();
    clock.advance(Duration::from_hours(24));
    let late = scene.auth.verify_email(&Context::system("test"), &token).await;
    assert_eq!(late, Err(AccountError::InvalidOneTimeToken));
    assert_eq!(scene.address().await, "ada@example.com");
}

/// Changes the address of a user, its own or as an administrator.
#[require_auth]
async fn rename(
    Path((user, email)): Path<(SubjectId, Email)>,
    context: Context,
    State(auth): State<Auth>,
) -> Result<String, Refusal> {
    let patch = AccountPatch { email: Some(email), ..AccountPatch::default() };
    Ok(auth.update_account(&context, &user, patch).await?.email.to_string())
}

/// The address is the way to a new password: the holder of a stolen access token must not choose it.
#[tokio::test]
async fn a_change_of_the_address_needs_a_recent_authentication() {
    let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
    let scene = Scene::new(|builder| builder.clock(clock.clone())).await;
    let routes = GuardedRouter::new().route("/rename/{user}/{email}", post(rename)).merge(scene.auth.routes());
    let client = Client::new(&auth_tests::serve(routes.with_state(scene.auth.clone())).await);
    let bob =
        scene.auth.accounts(None, 10).await.unwrap().into_iter().find(|user| user.email.as_str().starts_with("bob"));
    let bob = bob.unwrap().id;
    let rename = async |access: &str, user: &SubjectId, name: &str| {
        client.call_as(access, Method::POST, &format!("/rename/{user}/{name}@example.com")).await
    };
    let session = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(rename(&session.access, &scene.ada, "countess").await.status, 200);
    clock.advance(Duration::from_mins(14));
    let session = client.try_refresh(&session.refresh).await.tokens();
    clock.advance(Duration::from_mins(2));
    scene.messages().await;
    let challenge = r#"Bearer realm="api", error="insufficient_user_authentication""#;
    let is_refused = |answer: &Answer| assert_eq!(answer.is_problem(401).challenges(), [challenge]);
    // Of the own account, and of another one that the caller may administer.
    is_refused(&rename(&session.access, &scene.ada, "mallory").await);
    is_refused(&rename(&session.access, &bob, "mallory").await);
    assert_eq!(scene.address().await, "countess@example.com");
    assert_eq!(scene.messages().await, []);
    // The same address is no change.
    assert_eq!(rename(&session.access, &scene.ada, "countess").await.status, 200);

    let password = json!({ "password": PASSWORD });
    let again = client.json_as(&session.access, Method::POST, "/auth/step-up", &password).await;
    let again = again.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(rename(&again, &scene.ada, "lovelace").await.status, 200);
    // The token from before the step-up, of the same session.
    is_refused(&rename(&session.access, &scene.ada, "mallory").await);
    assert_eq!(scene.address().await, "lovelace@example.com");
}

/// A store that fails in the middle of a change leaves its token as it was, or the change made.
#[tokio::test]
async fn a_change_of_the_address_that_a_store_interrupts_is_made_by_its_token() {
    for trigger in [
        "BEFORE UPDATE OF email ON auth_users BEGIN SELECT RAISE(ABORT, 'no'); END",
        "BEFORE DELETE ON auth_one_time_tokens BEGIN SELECT RAISE(ABORT, 'no'); END",
    ] {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        let scene = Scene::new(|builder| builder.store(store.clone()).private_registration()).await;
        scene.change(&scene.ada(), "countess").await.unwrap();
        let (_, _, token) = scene.messages().await.pop().unwrap();
        let system = Context::system("test");
        let run = async |sql: String| {
            auth_core::sqlx::raw_sql(auth_core::sqlx::AssertSqlSafe(sql)).execute(store.pool()).await.unwrap();
        };
        run(format!("CREATE TRIGGER broken {trigger}")).await;
        assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::Unavailable));
        run("DROP TRIGGER broken".to_owned()).await;
        assert_eq!(scene.auth.verify_email(&system, &token).await.as_ref(), Ok(&scene.ada), "{trigger}");
        assert_eq!(scene.address().await, "countess@example.com");
        assert!(scene.auth.email_verified_at(&scene.ada).await.unwrap().is_some());
        assert_eq!(kinds(&scene.messages().await), [("changed", "ada@example.com")], "once");
        assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::InvalidOneTimeToken));
    }
}

/// The token of an earlier change becomes invalid, and the subject sees the same events.
#[tokio::test]
async fn a_private_change_of_the_address_leaves_the_same_traces_for_a_taken_one() {
    for is_broken in [false, true] {
        let mut traces = Vec::new();
        for name in ["free", "bob"] {
            let scene = Scene::new(AuthBuilder::private_registration).await;
            scene.outbox.fails.store(is_broken, Relaxed);
            scene.change(&scene.ada(), "countess").await.unwrap();
            let (_, _, earlier) = scene.messages().await.pop().unwrap();
            let before = scene.events().await.len();
            scene.change(&scene.ada(), name).await.unwrap();
            let mut events = scene.events().await.split_off(before);
            for event in &mut events {
                *event = Value::String(event.to_string().replace(scene.ada.as_str(), "ada"));
            }
            let outcome = scene.auth.verify_email(&Context::system("test"), &earlier).await;
            assert_eq!(scene.address().await, "ada@example.com");
            traces.push((events, outcome));
        }
        assert_eq!(traces[0], traces[1]);
        assert_eq!(traces[0].0.len(), if is_broken { 2 } else { 1 }, "{traces:?}");
        assert_eq!(traces[0].1, Err(AccountError::InvalidOneTimeToken));
    }
}

#[tokio::test]
async fn a_change_by_an_api_key_of_the_subject_is_as_private() {
    let scene = Scene::new(AuthBuilder::private_registration).await;
    let system = Context::system("test");
    let key = async |owner: &SubjectId| {
        let issued = scene.auth.create_api_key(&system, owner, NewApiKey::new("a key")).await.unwrap();
        Context::of(Actor::ApiKey(issued.record.id))
    };
    let own = key(&scene.ada).await;
    let (free, taken) = (scene.change(&own, "countess").await, scene.change(&own, "bob").await);
    assert_eq!(free, taken);
    assert_eq!(free.unwrap().email.as_str(), "ada@example.com");
    assert_eq!(kinds(&scene.messages().await), [("change", "countess@example.com"), ("exists", "bob@example.com")]);
    // That of an administration changes at once.
    let bob = scene.auth.accounts(None, 10).await.unwrap().into_iter().find(|account| account.id != scene.ada).unwrap();
    let other = key(&bob.id).await;
    assert_eq!(scene.change(&other, "cyd").await, Err(AccountError::EmailTaken));
}

#[tokio::test]
async fn a_refused_change_of_the_address_keeps_the_verification_of_the_present_one() {
    let scene = Scene::new(AuthBuilder::private_registration).await;
    let system = Context::system("test");
    scene.auth.request_email_verification(&system, &scene.ada).await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();
    scene.auth.verify_email(&system, &token).await.unwrap();
    let verified = scene.auth.email_verified_at(&scene.ada).await.unwrap();
    assert!(verified.is_some());

    scene.change(&scene.ada(), "countess").await.unwrap();
    let (_, _, token) = scene.messages().await.pop().unwrap();
    scene.auth.register(&system, Registration::new("countess@example.com", PASSWORD)).await.unwrap();
    assert_eq!(scene.auth.verify_email(&system, &token).await, Err(AccountError::InvalidOneTimeToken));
    assert_eq!(scene.address().await, "ada@example.com");
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), verified);
}
