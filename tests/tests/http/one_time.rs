//! One-time tokens of messages: expiry, kinds, races, bad input, delivery.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::event::{Event, EventSink};
use auth_core::limits::{By, RateLimits};
use auth_core::prelude::*;
use auth_core::recovery::{Delivery, DeliveryError, Message};
use auth_core::store::AccountPatch;
use auth_core::testing::TestClock;
use auth_core::token::SigningKey;
use auth_core::{AccountError, AuthBuilder, Context, Registration, Timestamp};
use auth_tests::{AUTH_SECRET, Answer, Client};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::place::{self, Place, settled};
use crate::{OTHER_PASSWORD, PASSWORD};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Kind, recipient, token.
pub(crate) type Sent = (&'static str, String, String);

/// Keeps the messages.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<Sent>>>);

#[async_trait]
impl Delivery for Outbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        let is_hidden = message.token().is_empty() || !format!("{message:?}").contains(message.token());
        assert!(is_hidden, "Debug prints the token");
        let sent = (message.kind.purpose().name(), message.to.to_string(), message.token().to_owned());
        self.0.lock().unwrap().push(sent);
        Ok(())
    }
}

/// The names of events.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<&'static str>>>);

#[async_trait]
impl EventSink for Events {
    async fn record(&self, event: Event) {
        self.0.lock().unwrap().push(event.kind.name());
    }
}

#[require_auth]
async fn me() {}

#[require(amr("pwd"))]
async fn by_password() {}

/// One node, or three; `auth` is the first of them.
pub(crate) struct Scene {
    pub(crate) auth: Auth,
    nodes: Vec<Auth>,
    pub(crate) client: Client,
    pub(crate) clock: TestClock,
    outbox: Outbox,
    events: Events,
    pub(crate) ada: SubjectId,
    place: Place,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// A service with one user; its verification message is gone.
    async fn with(set: impl Fn(AuthBuilder) -> AuthBuilder) -> Self {
        let (clock, outbox, events) = (TestClock::at(NOW), Outbox::default(), Events::default());
        let place = Place::new("one-time tokens", &clock).await;
        let builder = || {
            let key = SigningKey::hs256(&AUTH_SECRET.to_owned().into()).unwrap();
            let builder = Auth::builder(key, "https://issuer.example.com", "quickstart");
            builder.clock(clock.clone()).delivery(outbox.clone()).events(events.clone())
        };
        let nodes = place.nodes_with(builder, set);
        let routes = || GuardedRouter::new().route("/me", get(me)).route("/by-password", get(by_password));
        let client = place::client(&nodes, routes).await;
        let auth = nodes[0].clone();
        let registration = Registration::new("ada@example.com", PASSWORD);
        let (ada, _) = auth.register(&Context::system("test"), registration).await.unwrap();
        auth.settled().await;
        outbox.0.lock().unwrap().clear();
        Self { auth, nodes, client, clock, outbox, events, ada, place }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.client.post_json(path, &body).await
    }

    /// Every message so far.
    pub(crate) async fn messages(&self) -> Vec<Sent> {
        settled(&self.nodes).await;
        std::mem::take(&mut *self.outbox.0.lock().unwrap())
    }

    /// The token of the one message that a request for `ada` makes.
    async fn ask(&self, path: &str) -> String {
        assert_eq!(self.post(path, json!({ "email": "ada@example.com" })).await.status, 202);
        let mut messages = self.messages().await;
        let (_, to, token) = messages.pop().unwrap();
        assert_eq!((to.as_str(), messages.len()), ("ada@example.com", 0));
        token
    }

    async fn reset(&self, token: &str) -> Answer {
        self.post("/auth/password/reset", json!({ "token": token, "new_password": OTHER_PASSWORD })).await
    }

    async fn link(&self, token: &str) -> Answer {
        self.post("/auth/magic-link/login", json!({ "token": token })).await
    }

    async fn verify(&self, token: &str) -> Answer {
        self.post("/auth/email/verify", json!({ "token": token })).await
    }

    async fn verification(&self) -> String {
        self.auth.request_email_verification(&system(), &self.ada).await.unwrap();
        self.messages().await.pop().unwrap().2
    }
}

pub(crate) fn system() -> Context {
    Context::system("test")
}

const FORGOT: &str = "/auth/password/forgot";
const LINK: &str = "/auth/magic-link";

fn is_refused(answer: &Answer) {
    answer.is_problem(401);
    assert_eq!(answer.json()["detail"], "The token is invalid, expired or was used before.");
}

#[tokio::test]
async fn a_token_expires() {
    let scene = Scene::new().await;
    for (path, lifetime) in [(FORGOT, 30), (LINK, 15), ("", 24 * 60)] {
        for late in [true, false] {
            let token = if path.is_empty() { scene.verification().await } else { scene.ask(path).await };
            let lifetime = Duration::from_mins(lifetime);
            scene.clock.advance(if late { lifetime } else { lifetime.saturating_sub(Duration::from_millis(1)) });
            let answer = match path {
                FORGOT => scene.reset(&token).await,
                LINK => scene.link(&token).await,
                _ => scene.verify(&token).await,
            };
            if late { is_refused(&answer) } else { assert!(answer.status.is_success(), "{path} {answer:?}") }
        }
    }
}

#[tokio::test]
async fn a_token_of_another_kind_is_refused_and_not_spent() {
    let scene = Scene::new().await;
    let (verification, reset, link) = (scene.verification().await, scene.ask(FORGOT).await, scene.ask(LINK).await);
    // A token of another kind, and one whose prefix was changed.
    let as_kind = |prefix: &str, token: &str| format!("{prefix}{}", &token[3..]);
    for token in [&verification, &link, &as_kind("pr_", &link)] {
        is_refused(&scene.reset(token).await);
    }
    for token in [&verification, &reset, &as_kind("ml_", &reset)] {
        is_refused(&scene.link(token).await);
    }
    for token in [&reset, &link, &as_kind("ev_", &link)] {
        is_refused(&scene.verify(token).await);
    }
    assert_eq!(scene.link(&link).await.status, 200);
    assert_eq!(scene.verify(&verification).await.status, 204);
    assert_eq!(scene.reset(&reset).await.status, 204);
}

#[tokio::test]
async fn a_changed_password_or_address_makes_every_token_invalid() {
    for change in ["password", "address", "logout everywhere", "deactivation", "removal"] {
        let scene = Scene::new().await;
        let (verification, reset, link) = (scene.verification().await, scene.ask(FORGOT).await, scene.ask(LINK).await);
        let patch = AccountPatch::default();
        match change {
            "password" => {
                let keep = auth_core::Keep::None;
                scene
                    .auth
                    .set_password(&system(), &scene.ada, "a third one for the stable".into(), keep)
                    .await
                    .unwrap();
            }
            "address" => {
                let patch = AccountPatch { email: Some("countess@example.com".parse().unwrap()), ..patch };
                scene.auth.update_account(&system(), &scene.ada, patch).await.unwrap();
            }
            "logout everywhere" => scene.auth.logout_everywhere(&system(), &scene.ada).await.unwrap(),
            "deactivation" => {
                // Also when the account is active again.
                for active in [false, true] {
                    let patch = AccountPatch { active: Some(active), ..patch.clone() };
                    scene.auth.update_account(&system(), &scene.ada, patch).await.unwrap();
                }
            }
            _ => scene.auth.remove_account(&system(), &scene.ada).await.unwrap(),
        }
        is_refused(&scene.reset(&reset).await);
        is_refused(&scene.link(&link).await);
        is_refused(&scene.verify(&verification).await);
    }
}

#[tokio::test]
async fn a_newer_message_replaces_the_older_one() {
    let scene = Scene::new().await;
    let (first, second) = (scene.ask(FORGOT).await, scene.ask(FORGOT).await);
    is_refused(&scene.reset(&first).await);
    assert_eq!(scene.reset(&second).await.status, 204);
}

#[tokio::test]
async fn a_weak_password_does_not_spend_the_token() {
    let scene = Scene::new().await;
    let token = scene.ask(FORGOT).await;
    for weak in ["short", "ada@example.com", "aaaaaaaaaaaaaaaaaaaa"] {
        scene.post("/auth/password/reset", json!({ "token": token, "new_password": weak })).await.is_problem(422);
    }
    assert_eq!(scene.reset(&token).await.status, 204);
    // The token was spent, not only outdated by the new password.
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), Some(NOW));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_redeemers_one_wins() {
    let scene = Scene::new().await;
    for (ask, path, won) in [(FORGOT, "/auth/password/reset", 204), (LINK, "/auth/magic-link/login", 200)] {
        let token = scene.ask(ask).await;
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let (client, body) = (scene.client.clone(), json!({ "token": token, "new_password": OTHER_PASSWORD }));
            calls.spawn(async move { client.post_json(path, &body).await.status.as_u16() });
        }
        let mut statuses = calls.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [[won].as_slice(), &[401; 7]].concat());
    }
}

#[tokio::test]
async fn no_message_goes_to_those_who_may_not_log_in() {
    let scene = Scene::new().await;
    let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
    scene.auth.update_account(&system(), &scene.ada, patch).await.unwrap();
    let long = "a".repeat(60_000);
    for email in ["ada@example.com", "bob@example.com", "\0", &long] {
        for path in [FORGOT, LINK] {
            assert_eq!(scene.post(path, json!({ "email": email })).await.status, 202);
        }
    }
    assert_eq!(scene.messages().await, []);
}

#[tokio::test]
async fn malformed_requests_are_client_errors_and_echo_nothing() {
    let scene = Scene::new().await;
    let secret = "a-secret-that-was-sent";
    let bodies = [
        json!({}),
        json!([secret]),
        json!(secret),
        json!({ "email": [secret], "token": 7, "new_password": { secret: secret } }),
        json!({ "token": secret, "new_password": null }),
        json!({ "email": null, "token": null }),
    ];
    let paths = ["/auth/password/reset", "/auth/email/verify", "/auth/magic-link/login", FORGOT, LINK];
    for path in paths.into_iter().chain(["/auth/login-code", "/auth/login-code/login"]) {
        for body in &bodies {
            let answer = scene.post(path, body.clone()).await;
            assert!(answer.status.is_client_error(), "{path} {body}: {answer:?}");
            answer.is_problem(answer.status.as_u16());
            assert!(!answer.text.contains(secret), "{path} {body}: {answer:?}");
        }
        let form =
            scene.client.request(reqwest::Method::POST, path).body("{").header("content-type", "application/json");
        scene.client.send(form).await.is_problem(400);
        assert_eq!(scene.client.get(path).await.status, 405);
    }
    // Requests are read as forms as well.
    assert_eq!(scene.client.post_form(FORGOT, &[("email", "ada@example.com")]).await.status, 202);
    for token in ["", "pr_", &"pr_x".repeat(9_000), "pr_\u{1F980}", &format!("pr_{}", "A".repeat(49))] {
        is_refused(&scene.reset(token).await);
    }
}

#[tokio::test]
async fn a_magic_link_is_no_password() {
    let scene = Scene::with(|builder| builder.scopes(["profile"])).await;
    let token = scene.ask(LINK).await;
    let body = json!({ "token": token, "scope": "profile admin" });
    let answer = scene.post("/auth/magic-link/login", body).await;
    assert_eq!(answer.json()["scope"], "profile");
    let access = answer.tokens().access;
    assert_eq!(scene.client.get_as(&access, "/me").await.status, 200);
    let step_up = scene.client.get_as(&access, "/by-password").await;
    let challenge = r#"Bearer realm="quickstart", error="insufficient_user_authentication", acr_values="pwd""#;
    assert_eq!(step_up.is_problem(401).challenges(), [challenge]);
}

#[tokio::test]
async fn an_address_is_verified_until_it_changes() {
    let scene = Scene::new().await;
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), None);
    let tokens = scene.client.login("ada@example.com", PASSWORD).await;
    let asked = scene.client.call_as(&tokens.access, reqwest::Method::POST, "/auth/email/verification").await;
    assert_eq!(asked.status, 202);
    assert_eq!(scene.post("/auth/email/verification", json!({})).await.status, 401);
    let (kind, to, token) = scene.messages().await.pop().unwrap();
    assert_eq!((kind, to.as_str()), ("email_verification", "ada@example.com"));
    assert_eq!(scene.verify(&token).await.status, 204);
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), Some(NOW));

    let email = Some("countess@example.com".parse().unwrap());
    let patch = AccountPatch { email, ..AccountPatch::default() };
    scene.auth.update_account(&system(), &scene.ada, patch.clone()).await.unwrap();
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), None);
    let mut messages = scene.messages().await;
    let (kind, to, token) = messages.pop().unwrap();
    assert_eq!((kind, to.as_str()), ("email_verification", "countess@example.com"));
    let (kind, to, none) = messages.pop().unwrap();
    assert_eq!((kind, to.as_str(), none.as_str()), ("address_change", "ada@example.com", ""));
    assert_eq!(scene.verify(&token).await.status, 204);
    // The same address again is no change.
    scene.auth.update_account(&system(), &scene.ada, patch).await.unwrap();
    assert_eq!(scene.messages().await, []);
    assert_eq!(scene.auth.email_verified_at(&scene.ada).await.unwrap(), Some(NOW));
}

#[tokio::test]
async fn requests_for_messages_and_wrong_tokens_are_limited() {
    let scene = Scene::new().await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(scene.post(FORGOT, json!({ "email": "bob@example.com" })).await.status.as_u16());
    }
    assert_eq!(statuses, [[202; 10].as_slice(), &[429]].concat(), "an address of no user is limited as another");
    let token = scene.ask(FORGOT).await;
    let client = system().address("192.0.2.7".parse().unwrap());
    let mut limited = 0;
    for _ in 0..250 {
        let guess = scene.auth.verify_email(&client, "ev_wrong").await;
        limited += usize::from(matches!(guess, Err(AccountError::RateLimited(_))));
    }
    assert!(limited >= 40, "{limited} of 250 guesses were limited");
    let right = scene.auth.reset_password(&client, &token, OTHER_PASSWORD.into()).await;
    assert!(matches!(right, Err(AccountError::RateLimited(_))), "a right token is distinguished from a wrong one");
    scene.clock.advance(Duration::from_mins(5));
    scene.auth.reset_password(&client, &token, OTHER_PASSWORD.into()).await.unwrap();
}

/// Anyone can ask for messages to any address.
#[tokio::test]
async fn an_attacker_cannot_use_up_the_messages_of_an_owner() {
    let scene = Scene::new().await;
    let at = |address: &str| system().address(address.parse().unwrap());
    let (home, elsewhere) = (at("192.0.2.7"), at("203.0.113.10"));
    scene.auth.login(&home, auth_core::Login::new("ada@example.com", PASSWORD)).await.unwrap();
    let ask = async |context: &Context| scene.auth.request_password_reset(context, "Ada@example.com").await;
    let used_up_by = |outcome: Result<(), AccountError>| match outcome {
        Err(AccountError::RateLimited(used_up)) => used_up.by,
        other => panic!("{other:?}"),
    };
    for _ in 0..10 {
        ask(&elsewhere).await.unwrap();
    }
    assert_eq!(used_up_by(ask(&elsewhere).await), By::Account);
    // From an address at which she has logged in, every kind of message.
    ask(&home).await.unwrap();
    scene.auth.request_magic_link(&home, "ada@example.com").await.unwrap();
    scene.auth.request_login_code(&home, "ada@example.com").await.unwrap();
    // Counted by the subject, whose own limit another party with her token may have used up.
    for _ in 0..10 {
        scene.auth.request_email_verification(&elsewhere, &scene.ada).await.unwrap();
    }
    assert_eq!(used_up_by(scene.auth.request_email_verification(&elsewhere, &scene.ada).await), By::Account);
    scene.auth.request_email_verification(&home, &scene.ada).await.unwrap();
    // It has a limit as well, and another one's device has none.
    for _ in 3..10 {
        ask(&home).await.unwrap();
    }
    assert_eq!(used_up_by(ask(&home).await), By::Device);
    for _ in 0..10 {
        scene.auth.request_password_reset(&home, "bob@example.com").await.unwrap();
    }
    assert_eq!(used_up_by(scene.auth.request_password_reset(&home, "bob@example.com").await), By::Account);
    assert_eq!(scene.messages().await.len(), 31);
}

#[tokio::test]
async fn a_device_in_use_stays_known_and_another_does_not() {
    let scene = Scene::new().await;
    let at = |address: &str| system().address(address.parse().unwrap());
    let (home, office, elsewhere) = (at("192.0.2.7"), at("198.51.100.7"), at("203.0.113.10"));
    let login = async |context| {
        scene.auth.login(context, auth_core::Login::new("ada@example.com", PASSWORD)).await.unwrap();
    };
    login(&office).await;
    login(&home).await;
    scene.clock.advance(Duration::from_hours(50 * 24));
    login(&home).await;
    scene.clock.advance(Duration::from_hours(45 * 24));
    let ask = async |context| scene.auth.request_password_reset(context, "ada@example.com").await;
    for _ in 0..10 {
        ask(&elsewhere).await.unwrap();
    }
    assert!(matches!(ask(&office).await, Err(AccountError::RateLimited(_))), "known for 90 days");
    ask(&home).await.unwrap();
}

/// A delivery that takes a permit, waits where there is none, and then fails.
#[derive(Clone)]
struct Stuck(Arc<Semaphore>);

#[async_trait]
impl Delivery for Stuck {
    async fn send(&self, _: Message) -> Result<(), DeliveryError> {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
        Err(DeliveryError::new("the mail server does not answer"))
    }
}

#[tokio::test]
async fn a_request_is_answered_before_its_message_is_delivered_or_not() {
    // One for the message to the new user.
    let stuck = Stuck(Arc::new(Semaphore::new(1)));
    let scene = Scene::with(|builder| builder.delivery(stuck.clone())).await;
    assert_eq!(scene.post(FORGOT, json!({ "email": "ada@example.com" })).await.status, 202);
    stuck.0.add_permits(1);
    settled(&scene.nodes).await;
    let events = scene.events.0.lock().unwrap().clone();
    assert_eq!(events.iter().filter(|name| **name == "delivery_failed").count(), 2, "{events:?}");
}

#[tokio::test]
async fn requests_do_not_pile_up_behind_a_slow_delivery() {
    // One for the message to the new user.
    let stuck = Stuck(Arc::new(Semaphore::new(1)));
    let scene = Scene::with(|builder| builder.delivery(stuck.clone()).rate_limits(RateLimits::off())).await;
    let mut refused = 0;
    for _ in 0..300 {
        refused += usize::from(scene.auth.request_magic_link(&system(), "ada@example.com").await.is_err());
    }
    assert!(refused >= 300 - 256, "{refused} of 300 requests were refused");
    stuck.0.close();
    scene.auth.settled().await;
    assert!(scene.auth.request_magic_link(&system(), "ada@example.com").await.is_ok());
    scene.auth.settled().await;
}

#[tokio::test]
async fn no_token_is_in_the_database_or_in_an_event() {
    let scene = Scene::new().await;
    let (reset, link) = (scene.ask(FORGOT).await, scene.ask(LINK).await);
    let verification = scene.verification().await;
    assert_eq!(scene.link(&link).await.status, 200);
    let events = scene.auth.events(&auth_core::store::AuditFilter::default(), 1_000).await.unwrap();
    let events = serde_json::to_string(&events).unwrap();
    assert!(events.contains("one_time_token_issued") && events.contains("one_time_token_used"), "{events}");
    let mut files = vec![events.into_bytes()];
    files.extend(scene.place.contents().await);
    let found = |text: &str| files.iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
    assert!(found("ada@example.com"), "the search works");
    for token in [reset, link, verification] {
        assert!(!found(&token) && !found(&token[3..40]), "a token is stored");
    }
}

#[tokio::test]
async fn without_a_delivery_there_are_no_routes() {
    let auth = auth_core::testing::in_memory().build().unwrap();
    let rows = auth.routes().policy();
    assert!(rows.routes().iter().all(|row| !row.path.contains("forgot") && !row.path.contains("magic")));
    assert!(rows.routes().iter().all(|row| !row.path.contains("login-code")));
    assert!(auth.request_password_reset(&system(), "ada@example.com").await.is_err());
}
