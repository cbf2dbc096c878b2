//! Second factors with a clock: enrolment, replays, races, keys, bad input.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::recovery::LogDelivery;
use auth_core::testing::TestClock;
use auth_core::token::{EdDsa, MfaKey, SigningKey};
use auth_core::{AuthBuilder, Clock as _, Context, Refusal, Registration, Timestamp};
use auth_tests::{AUTH_SECRET, Answer, Client, Tokens};
use axum::extract::State;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::place::{self, Place, settled};
use crate::{OTHER_PASSWORD, PASSWORD};

#[path = "mfa/keys.rs"]
mod keys;
#[path = "mfa/limits.rs"]
mod limits;
#[path = "mfa/other_kinds.rs"]
mod other_kinds;
#[path = "mfa/removal.rs"]
mod removal;
#[path = "mfa/step_up.rs"]
mod step_up;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const STEP: Duration = Duration::from_secs(30);

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
}

#[require(mfa)]
async fn strong() {}

#[require(fresh("10m"))]
async fn recent() {}

#[require_auth]
async fn renew(identity: Identity, State(auth): State<Auth>) -> Result<String, Refusal> {
    Ok(auth.access_token(&identity).await?.expose().to_owned())
}

guard!(pub AdminsByTwoFactors = any(not(role(Admin)), mfa));

#[require(AdminsByTwoFactors)]
async fn admins_by_two_factors() {}

/// One node, or three; `auth` is the first of them.
struct Scene {
    auth: Auth,
    client: Client,
    clock: TestClock,
    place: Place,
}

fn system() -> Context {
    Context::system("test")
}

fn hs256() -> SigningKey<auth_core::token::Hs256> {
    SigningKey::hs256(&AUTH_SECRET.to_owned().into()).unwrap()
}

async fn client(nodes: &[Auth]) -> Client {
    let routes = || {
        GuardedRouter::new()
            .route("/strong", get(strong))
            .route("/recent", get(recent))
            .route("/renew", post(renew))
            .route("/admins", get(admins_by_two_factors))
    };
    place::client(nodes, routes).await
}

impl Scene {
    /// A service with the user `ada`.
    async fn new() -> Self {
        let clock = TestClock::at(NOW);
        let place = Place::new("second factors", &clock).await;
        let nodes = Self::build(&clock, &place, |builder| builder);
        nodes[0].register(&system(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
        Self { client: client(&nodes).await, auth: nodes[0].clone(), clock, place }
    }

    fn build(clock: &TestClock, place: &Place, set: impl Fn(AuthBuilder) -> AuthBuilder) -> Vec<Auth> {
        let builder = || {
            let builder = Auth::builder(hs256(), "https://issuer.example.com", "quickstart");
            builder.clock(clock.clone()).delivery(LogDelivery).scopes(["profile"])
        };
        place.nodes_with(builder, set)
    }

    /// With a confirmed authenticator: its secret, recovery codes, and the session that confirmed it, a step later.
    async fn enrolled() -> (Self, String, Vec<String>, Tokens) {
        let scene = Self::new().await;
        let session = scene.client.login("ada@example.com", PASSWORD).await;
        let secret = scene.enrol(&session).await;
        let confirmed = scene.confirm(&session, &scene.code(&secret)).await;
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
        let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
        let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        scene.clock.advance(STEP);
        (scene, secret, codes, session)
    }

    async fn enrol(&self, session: &Tokens) -> String {
        let answer = self.client.call_as(&session.access, Method::POST, "/auth/mfa/totp").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["secret"].as_str().unwrap().to_owned()
    }

    async fn confirm(&self, session: &Tokens, code: &str) -> Answer {
        self.client.json_as(&session.access, Method::POST, "/auth/mfa/totp/confirm", &json!({ "code": code })).await
    }

    async fn remove(&self, access: &str, code: Option<&str>) -> Answer {
        match code {
            None => self.client.call_as(access, Method::DELETE, "/auth/mfa/totp").await,
            Some(code) => self.client.json_as(access, Method::DELETE, "/auth/mfa/totp", &json!({ "code": code })).await,
        }
    }

    async fn login(&self, otp: &str) -> Answer {
        let form = [("username", "ada@example.com"), ("password", PASSWORD), ("otp", otp)];
        self.client.post_form("/auth/login", &form).await
    }

    async fn step_up(&self, access: &str, body: Value) -> Answer {
        self.client.json_as(access, Method::POST, "/auth/step-up", &body).await
    }

    fn code(&self, secret: &str) -> String {
        self.code_at(secret, 0)
    }

    fn code_at(&self, secret: &str, steps: i64) -> String {
        auth_tests::totp(secret, self.clock.now().as_secs() + 30 * steps)
    }

    async fn status(&self, access: &str, path: &str) -> u16 {
        self.client.get_as(access, path).await.status.as_u16()
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn access(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
fn is(answer: &Answer, status: u16, kind: &str) {
    answer.is_problem(status);
    let body = answer.json();
    assert!(body["type"].as_str().unwrap().ends_with(kind), "{body}");
}

#[tokio::test]
async fn only_a_right_password_learns_of_the_second_factor() {
    let (scene, secret, ..) = Scene::enrolled().await;
    scene.auth.register(&system(), Registration::new("bob@example.com", PASSWORD)).await.unwrap();
    let mut answers = Vec::new();
    // Ada has a second factor, Bob has none, Cyd is unknown.
    for user in ["ada@example.com", "bob@example.com", "cyd@example.com"] {
        for otp in ["", "000000", &scene.code(&secret)] {
            let form = [("username", user), ("password", OTHER_PASSWORD), ("otp", otp)];
            let mut answer = scene.client.post_form("/auth/login", &form).await;
            answer.headers.remove("date");
            answers.push((answer.status, answer.headers, answer.text));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    is(&scene.login("").await, 401, "second-factor-required");
    is(&scene.client.try_login("ada@example.com", PASSWORD).await, 401, "second-factor-required");
    is(&scene.login("000000").await, 401, "wrong-second-factor");
    let tokens = scene.login(&scene.code(&secret)).await.tokens();
    assert_eq!(claims(&tokens.access)["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(scene.status(&tokens.access, "/strong").await, 200);
    // A user without a second factor may send a code.
    let form = [("username", "bob@example.com"), ("password", PASSWORD), ("otp", "000000")];
    let bob = scene.client.post_form("/auth/login", &form).await.tokens();
    assert_eq!(claims(&bob.access)["amr"], json!(["pwd"]));
}

#[tokio::test]
async fn a_code_is_used_once_and_within_a_step_of_its_time() {
    let (scene, secret, ..) = Scene::enrolled().await;
    for steps in [-2, 2] {
        is(&scene.login(&scene.code_at(&secret, steps)).await, 401, "wrong-second-factor");
    }
    let early = scene.code_at(&secret, 1);
    let now = scene.code(&secret);
    // With a space, as authenticators show it.
    scene.login(&format!("{} {}", &now[..3], &now[3..])).await.tokens();
    is(&scene.login(&now).await, 401, "wrong-second-factor");
    scene.login(&early).await.tokens();
    // An earlier one that was never used.
    is(&scene.login(&now).await, 401, "wrong-second-factor");
    scene.clock.advance(2 * STEP);
    is(&scene.login(&early).await, 401, "wrong-second-factor");
    scene.login(&scene.code_at(&secret, -1)).await.is_problem(401);
    scene.login(&scene.code(&secret)).await.tokens();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_logins_with_one_code_one_succeeds() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    for code in [scene.code(&secret), codes[0].clone()] {
        let mut calls = JoinSet::new();
        for _ in 0..6 {
            let (client, code) = (scene.client.clone(), code.clone());
            calls.spawn(async move {
                let form = [("username", "ada@example.com"), ("password", PASSWORD), ("otp", &code)];
                client.post_form("/auth/login", &form).await.status.as_u16()
            });
        }
        let mut statuses = calls.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401]);
        scene.clock.advance(Duration::from_hours(1));
    }
}

#[tokio::test]
async fn a_recovery_code_takes_the_place_of_the_second_factor_once() {
    let (scene, _, codes, _) = Scene::enrolled().await;
    let tokens = scene.login(&codes[0].to_uppercase().replace('-', " ")).await.tokens();
    assert_eq!(claims(&tokens.access)["amr"], json!(["pwd", "otp", "mfa"]));
    is(&scene.login(&codes[0]).await, 401, "wrong-second-factor");
    scene.login(&codes[9]).await.tokens();
}

#[tokio::test]
async fn an_enrolment_counts_when_it_is_confirmed() {
    let scene = Scene::new().await;
    let session = scene.client.login("ada@example.com", PASSWORD).await;
    is(&scene.confirm(&session, "000000").await, 404, "not-found");
    let first = scene.enrol(&session).await;
    let second = scene.enrol(&session).await;
    is(&scene.confirm(&session, &scene.code(&first)).await, 403, "wrong-code");
    scene.client.login("ada@example.com", PASSWORD).await;
    assert_eq!(scene.confirm(&session, &scene.code(&second)).await.status, 200);
    is(&scene.confirm(&session, &scene.code(&second)).await, 404, "not-found");
    is(&scene.client.call_as(&session.access, Method::POST, "/auth/mfa/totp").await, 409, "second-factor-exists");
    // The code of the confirmation is used.
    is(&scene.login(&scene.code(&second)).await, 401, "wrong-second-factor");
}

#[tokio::test]
async fn a_second_factor_is_removed_by_it_alone() {
    let (scene, secret, codes, by_password) = Scene::enrolled().await;
    // A session without it, however recent, and a password.
    is(&scene.remove(&by_password.access, None).await, 401, "step-up");
    let again = access(&scene.step_up(&by_password.access, json!({ "password": PASSWORD })).await);
    is(&scene.remove(&again, None).await, 401, "step-up");
    is(&scene.remove(&by_password.access, Some("000000")).await, 403, "wrong-code");
    // A session with it, but long ago.
    let strong = scene.login(&scene.code(&secret)).await.tokens();
    scene.clock.advance(Duration::from_mins(10));
    let strong = scene.client.try_refresh(&strong.refresh).await.tokens();
    scene.clock.advance(Duration::from_mins(6));
    is(&scene.remove(&strong.access, None).await, 401, "step-up");
    assert_eq!(scene.remove(&strong.access, Some(&codes[3])).await.status, 204);
    scene.client.login("ada@example.com", PASSWORD).await;
    is(&scene.remove(&strong.access, Some(&codes[4])).await, 403, "wrong-code");
}

/// A delivery whose messages a test reads.
#[derive(Clone, Default)]
struct Outbox(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

#[async_trait::async_trait]
impl auth_core::recovery::Delivery for Outbox {
    async fn send(&self, message: auth_core::recovery::Message) -> Result<(), auth_core::recovery::DeliveryError> {
        self.0.lock().unwrap().push(message.token().to_owned());
        Ok(())
    }
}

#[tokio::test]
async fn recovery_by_a_message_does_not_replace_the_second_factor() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    let outbox = Outbox::default();
    let nodes = Scene::build(&scene.clock, &scene.place, |builder| builder.delivery(outbox.clone()));
    let client = client(&nodes).await;
    let token = async |path: &str| {
        client.post_json(path, &json!({ "email": "ada@example.com" })).await;
        settled(&nodes).await;
        outbox.0.lock().unwrap().pop().unwrap()
    };
    let link = token("/auth/magic-link").await;
    let login =
        async |otp: &str| client.post_json("/auth/magic-link/login", &json!({ "token": link, "otp": otp })).await;
    is(&login("").await, 401, "second-factor-required");
    is(&login("000000").await, 401, "wrong-second-factor");
    let tokens = login(&scene.code(&secret)).await.tokens();
    assert_eq!(claims(&tokens.access)["amr"], json!(["email", "otp", "mfa"]));

    let reset = json!({ "token": token("/auth/password/forgot").await, "new_password": OTHER_PASSWORD });
    let answer = client.post_json("/auth/password/reset", &reset).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    is(&client.try_login("ada@example.com", OTHER_PASSWORD).await, 401, "second-factor-required");
    let form = [("username", "ada@example.com"), ("password", OTHER_PASSWORD), ("otp", &codes[0])];
    client.post_form("/auth/login", &form).await.tokens();
}

#[tokio::test]
async fn the_password_grant_asks_for_it_as_well() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let code = scene.code(&secret);
    let grant = async |otp: &str| {
        let form = [("grant_type", "password"), ("username", "ada@example.com"), ("password", PASSWORD), ("otp", otp)];
        scene.client.post_form("/auth/token", &form).await
    };
    for otp in ["", "000000"] {
        let refused = grant(otp).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_grant")), "{refused:?}");
    }
    assert_eq!(claims(&access(&grant(&code).await))["amr"], json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn no_secret_of_a_second_factor_is_in_the_database_or_an_event() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    let code = scene.code(&secret);
    scene.login(&code).await.tokens();
    scene.login(&codes[0]).await.tokens();
    let events = scene.auth.events(&auth_core::store::AuditFilter::default(), 1_000).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
    for kind in ["second_factor_enrolled", "second_factor_confirmed", "second_factor_used", "recovery_code_used"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    let mut places = vec![serde_json::to_vec(&events).unwrap()];
    places.extend(scene.place.contents().await);
    let found = |bytes: &[u8]| places.iter().any(|place| place.windows(bytes.len()).any(|part| part == bytes));
    assert!(found(b"ada@example.com"), "the search works");
    let raw = totp_rs::Secret::try_from_base32(&secret).unwrap();
    assert!(
        !found(secret.as_bytes()) && !found(raw.as_bytes()) && !found(&raw.as_bytes()[..10]),
        "the secret is stored"
    );
    for code in &codes {
        assert!(!found(code.as_bytes()) && !found(code.replace('-', "").as_bytes()), "a recovery code is stored");
    }
}

#[tokio::test]
async fn the_key_of_second_factors_may_be_replaced_and_not_lost() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    let login = async |auth: &Auth, otp: &str| {
        let mut login = auth_core::Login::new("ada@example.com", PASSWORD);
        login.otp = Some(otp.into());
        auth.login(&system(), login).await.map(|_| ())
    };
    let key = MfaKey::new(&"a-key-for-second-factors-of-48-bytes-0123-wxyz".into()).unwrap();
    // A key of its own, while the signing secret is the same.
    let both = Scene::build(&scene.clock, &scene.place, |builder| builder.mfa_key(key.clone())).remove(0);
    login(&both, &scene.code(&secret)).await.unwrap();
    // Another signing secret without the key: nothing is let in, and recovery codes work.
    let builder = || {
        let other = SigningKey::hs256(&"another-signing-secret-of-a-test-node-48-bytes".into()).unwrap();
        Auth::builder(other, "https://issuer.example.com", "quickstart").clock(scene.clock.clone())
    };
    let lost = scene.place.nodes(builder).remove(0);
    scene.clock.advance(STEP);
    assert_eq!(login(&lost, &scene.code(&secret)).await, Err(auth_core::AccountError::WrongSecondFactor));
    login(&lost, &codes[0]).await.unwrap();
}

#[tokio::test]
async fn an_asymmetric_key_needs_a_key_for_second_factors() {
    let paths = |key: Option<MfaKey>| {
        let signing = SigningKey::<EdDsa>::generate().unwrap();
        let builder = Auth::builder(signing, "https://issuer.example.com", "quickstart");
        let builder = builder.store(auth_core::store::MemoryStore::new());
        let builder = key.into_iter().fold(builder, AuthBuilder::mfa_key);
        let table = builder.build().unwrap().routes().policy();
        table.routes().iter().map(|row| row.path.clone()).filter(|path| path.contains("mfa")).count()
    };
    assert_eq!(paths(None), 0);
    let key = MfaKey::new(&"a-key-for-second-factors-of-48-bytes-0123-wxyz".into()).unwrap();
    assert!(paths(Some(key)) > 0);
}

#[tokio::test]
async fn malformed_requests_are_client_errors_and_echo_nothing() {
    let (scene, _, _, session) = Scene::enrolled().await;
    let sent = "a-secret-that-was-sent";
    let bodies = [json!({}), json!([sent]), json!(sent), json!({ "code": [sent], "otp": { sent: 1 }, "password": 7 })];
    for (method, path) in
        [(Method::POST, "/auth/mfa/totp/confirm"), (Method::DELETE, "/auth/mfa/totp"), (Method::POST, "/auth/step-up")]
    {
        for body in &bodies {
            let answer = scene.client.json_as(&session.access, method.clone(), path, body).await;
            answer.is_problem(answer.status.as_u16());
            assert!(answer.status.is_client_error() && !answer.text.contains(sent), "{path} {body}: {answer:?}");
        }
        let anonymous = scene.client.send(scene.client.request(method.clone(), path).json(&bodies[0])).await;
        assert_eq!(anonymous.status, 401);
        let long = scene.client.json_as(&session.access, method, path, &json!({ "code": "1".repeat(50_000) })).await;
        assert!(long.status.is_client_error(), "{long:?}");
    }
    for otp in ["12345", "1234567", "\u{0661}23456", "-12345", &"9".repeat(40_000), "\0\0\0\0\0\0"] {
        is(&scene.login(otp).await, 401, "wrong-second-factor");
    }
}

#[tokio::test]
async fn a_removed_account_leaves_no_second_factor() {
    let (scene, ..) = Scene::enrolled().await;
    let ada = scene.auth.accounts(None, 10).await.unwrap().remove(0).id;
    assert!(scene.auth.has_second_factor(&ada).await.unwrap());
    scene.auth.remove_account(&system(), &ada).await.unwrap();
    assert!(!scene.auth.has_second_factor(&ada).await.unwrap());
}

#[tokio::test]
async fn an_administrator_removes_a_lost_second_factor() {
    let (scene, ..) = Scene::enrolled().await;
    let ada = scene.auth.accounts(None, 10).await.unwrap().remove(0).id;
    scene.auth.reset_second_factors(&system(), &ada).await.unwrap();
    scene.client.login("ada@example.com", PASSWORD).await;
}
