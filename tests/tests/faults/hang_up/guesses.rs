//! Guesses of clients that hang up before the answer: each counts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::mpsc as blocking;
use std::task::Poll;

use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::password::{ForeignHash, PasswordHash};
use auth_core::prelude::*;
use auth_core::recovery::Purpose;
use auth_core::store::{Audit, MemoryStore, UserStore as _};
use auth_core::{AccountError, CodeLogin, Context, Login, MagicLinkLogin, NewApiKey, Registration, StepUp, testing};
use axum::extract::ConnectInfo;
use tokio::sync::mpsc;
use tokio::task::yield_now;

use super::yielding::Yielding;
use super::{NEW_PASSWORD, Outbox, Recorded};
use crate::PASSWORD;
use crate::clock::identity;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const WRONG: &str = "not the password of ada";

fn at_home() -> Context {
    Context::system("test").address(HOME)
}

fn one_in_an_hour() -> Quota {
    Quota::per_hour(1)
}

fn is_limited<T>(outcome: &Result<T, AccountError>) -> bool {
    matches!(outcome, Err(AccountError::RateLimited(_)))
}

/// A hash whose check lasts until the test lets it go on, and which no password has.
struct Slow {
    began: mpsc::UnboundedSender<()>,
    goes_on: Mutex<blocking::Receiver<()>>,
}

impl ForeignHash for Slow {
    fn format(&self, stored: &str) -> Option<String> {
        stored.starts_with("slow:").then(|| "slow".to_owned())
    }

    fn verify(&self, _: &str, _: &str) -> Option<bool> {
        self.began.send(()).unwrap();
        self.goes_on.lock().unwrap().recv().unwrap();
        Some(false)
    }
}

/// Hangs up while the password of a guess is hashed.
async fn in_a_hash(guess: impl AsyncFn(&Auth, &Identity) -> AccountError) {
    let (store, events) = (MemoryStore::new(), Recorded::default());
    let ((began, mut begins), (release, goes_on)) = (mpsc::unbounded_channel(), blocking::channel());
    let limits = RateLimits::off().failures(Limited::Login, By::Account, one_in_an_hour()).failures(
        Limited::CurrentPassword,
        By::Account,
        one_in_an_hour(),
    );
    let builder = testing::in_memory().store(store.clone()).events(events.clone()).rate_limits(limits);
    let auth = builder.foreign_hash(Slow { began, goes_on: Mutex::new(goes_on) }).build().unwrap();
    let (ada, _) = auth.register(&at_home(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let tokens = auth.login(&at_home(), Login::new("ada@example.com", PASSWORD)).await.unwrap();
    let identity = identity(&auth, tokens.access.expose()).await;
    let now = store.find_by_id(&ada).await.unwrap().unwrap().password_hash.unwrap();
    assert!(store.upgrade_hash(&ada, &now, &PasswordHash::from_stored("slow:"), Audit::none()).await.unwrap());
    auth.settled().await;
    events.take();
    {
        let mut guessing = pin!(guess(&auth, &identity));
        tokio::select! {
            error = &mut guessing => panic!("answered before the hash: {error}"),
            begun = begins.recv() => begun.unwrap(),
        }
    }
    // The second one is for a guess that is not refused.
    release.send(()).unwrap();
    release.send(()).unwrap();
    auth.settled().await;
    let next = guess(&auth, &identity).await;
    assert!(matches!(next, AccountError::RateLimited(_)), "the guess of a client that hung up did not count: {next}");
    let mut recorded = Vec::new();
    let arrive = async {
        while !recorded.contains(&"login_failed") {
            yield_now().await;
            recorded.extend(events.take());
        }
    };
    tokio::time::timeout(crate::SOON, arrive).await.unwrap();
}

#[tokio::test]
async fn at_the_password_of_a_login() {
    in_a_hash(async |auth, _| auth.login(&at_home(), Login::new("ada@example.com", WRONG)).await.unwrap_err()).await;
}

#[tokio::test]
async fn at_the_current_password() {
    in_a_hash(async |auth, ada| {
        let context = at_home();
        let change = auth.change_password(&context, ada, WRONG.into(), NEW_PASSWORD.into());
        change.await.unwrap_err()
    })
    .await;
}

#[tokio::test]
async fn at_the_password_of_a_step_up() {
    in_a_hash(async |auth, ada| {
        let mut step_up = StepUp::default();
        step_up.password = Some(WRONG.into());
        auth.step_up(&at_home(), ada, step_up).await.unwrap_err()
    })
    .await;
}

/// A service that allows one wrong credential of each kind, and its messages.
async fn strict() -> (Auth, Outbox, SubjectId) {
    let (yielding, outbox) = (Yielding(MemoryStore::new()), Outbox::default());
    let limits = RateLimits::off()
        .failures(Limited::OneTimeCode, By::Account, one_in_an_hour())
        .failures(Limited::OneTimeToken, By::Address, one_in_an_hour())
        .failures(Limited::ApiKey, By::Address, one_in_an_hour());
    let builder = testing::in_memory().directory(yielding.clone()).sessions(yielding.clone());
    let builder = builder.api_keys(yielding.clone()).one_time_tokens(yielding).delivery(outbox.clone());
    let auth = builder.rate_limits(limits).build().unwrap();
    let (ada, _) = auth.register(&at_home(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    (auth, outbox, ada)
}

/// Polls it once, and drops it.
async fn hung_up<T>(guess: impl Future<Output = T>) {
    let mut guess = pin!(guess);
    let is_pending = std::future::poll_fn(|cx| Poll::Ready(guess.as_mut().poll(cx).is_pending())).await;
    assert!(is_pending, "answered without a question to the store");
}

#[tokio::test]
async fn at_a_login_code() {
    let (auth, _, _) = strict().await;
    let challenge = auth.request_login_code(&at_home(), "ada@example.com").await.unwrap();
    auth.settled().await;
    let context = at_home();
    let guess = || auth.login_by_code(&context, CodeLogin::new(challenge.expose(), "00000000"));
    hung_up(guess()).await;
    auth.settled().await;
    assert!(is_limited(&guess().await), "the guess of a client that hung up did not count");
}

#[tokio::test]
async fn at_a_one_time_token() {
    let (auth, outbox, _) = strict().await;
    auth.request_magic_link(&at_home(), "ada@example.com").await.unwrap();
    auth.settled().await;
    let spent = outbox.0.lock().unwrap()[&Purpose::MagicLink].clone();
    let context = at_home();
    let guess = || auth.magic_link_login(&context, MagicLinkLogin::new(spent.as_str()));
    guess().await.unwrap();
    hung_up(guess()).await;
    auth.settled().await;
    assert!(is_limited(&guess().await), "the guess of a client that hung up did not count");
}

#[tokio::test]
async fn at_an_api_key() {
    #[api_key]
    async fn for_keys() {}
    use tower_service::Service as _;
    let (auth, _, ada) = strict().await;
    let key = auth.create_api_key(&at_home(), &ada, NewApiKey::new("nightly")).await.unwrap().key;
    auth.revoke_api_key(&at_home(), key.id()).await.unwrap();
    let app: axum::Router = GuardedRouter::new().route("/", get(for_keys)).with_state(auth.clone());
    let guess = || {
        let request = axum::http::Request::get("/").header("x-api-key", key.expose());
        let request = request.extension(ConnectInfo(SocketAddr::new(HOME, 7)));
        app.clone().call(request.body(axum::body::Body::empty()).unwrap())
    };
    hung_up(guess()).await;
    assert_eq!(guess().await.unwrap().status(), 429, "the guess of a client that hung up did not count");
}
