//! Rate limits with a test clock, by address, and of direct calls.

use std::time::Duration;

use auth_core::cluster::{ClusterError, Count, Counters, MemoryCounters};
use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::{AccountError, AuthBuilder, Context, Login, Timestamp};
use reqwest::header::AUTHORIZATION;

use crate::service::{Answer, EMAIL, PASSWORD, Service};

const WRONG: &str = "not the password of anyone";

/// A service behind a proxy at the address of the tests.
fn behind_a_proxy(builder: AuthBuilder) -> AuthBuilder {
    builder.trusted_proxies("127.0.0.1".parse().unwrap())
}

async fn guess(service: &Service, context: &Context, password: &str) -> Result<(), AccountError> {
    service.auth.login(context, Login::new(EMAIL, password.to_owned())).await.map(drop)
}

/// Guesses until a guess is not answered, and returns the number of answers.
async fn answers(service: &Service, context: &Context) -> usize {
    for n in 0..100 {
        match guess(service, context, WRONG).await {
            Err(AccountError::InvalidCredentials) => {}
            Err(AccountError::RateLimited(_)) => return n,
            other => panic!("{other:?}"),
        }
    }
    panic!("100 guesses are answered");
}

/// A login from an address that a proxy reports.
async fn login_from(service: &Service, forwarded_for: &str, password: &str) -> Answer {
    let login = service.http.post(format!("{}/auth/login", service.url)).header("x-forwarded-for", forwarded_for);
    Answer::of(login.form(&[("username", EMAIL), ("password", password)]).send().await.unwrap()).await
}

#[tokio::test]
async fn a_direct_call_is_limited_and_refills_evenly() {
    let service = Service::start().await;
    let context = Context::system("test");
    assert_eq!(answers(&service, &context).await, 10);
    let Err(AccountError::RateLimited(used_up)) = guess(&service, &context, PASSWORD).await else {
        panic!("the right password is answered");
    };
    assert_eq!((used_up.operation, used_up.by, used_up.retry_after), ("login", By::Account, Duration::from_secs(6)));
    service.advance(5);
    assert!(guess(&service, &context, PASSWORD).await.is_err());
    service.advance(1);
    guess(&service, &context, PASSWORD).await.unwrap();
    assert_eq!(answers(&service, &context).await, 1);
    service.advance(60);
    assert_eq!(answers(&service, &context).await, 10);
}

#[tokio::test]
async fn logins_of_all_addresses_together_are_limited() {
    let in_all = RateLimits::off().failures(Limited::Login, By::Global, Quota::per_minute(3));
    let service = Service::start_with(|builder| behind_a_proxy(builder).rate_limits(in_all)).await;
    // Every guess is at another account and from another address.
    let guess = async |n: usize| {
        let login = service.http.post(format!("{}/auth/login", service.url));
        let login = login.header("x-forwarded-for", format!("198.51.100.{n}"));
        let name = format!("user{n}@example.com");
        login.form(&[("username", name.as_str()), ("password", WRONG)]).send().await.unwrap().status().as_u16()
    };
    let mut statuses = Vec::new();
    for n in 1..=5 {
        statuses.push(guess(n).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert_eq!(
        login_from(&service, "203.0.113.1", PASSWORD).await.status,
        429,
        "an unknown device has no way around it"
    );
    service.advance(60);
    assert_eq!(login_from(&service, "203.0.113.1", PASSWORD).await.status, 200);
    for n in 1..=5 {
        guess(n).await;
    }
    assert_eq!(login_from(&service, "203.0.113.1", PASSWORD).await.status, 200, "a known device logs in");
}

#[tokio::test]
async fn guesses_at_a_step_up_and_at_a_new_password_have_one_limit() {
    let service = Service::start().await;
    let tokens = service.auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    let post = |path: &str| service.http.post(format!("{}{path}", service.url)).bearer_auth(tokens.access.expose());
    let step_up = async |password: &str| {
        post("/auth/step-up").form(&[("password", password)]).send().await.unwrap().status().as_u16()
    };
    for _ in 0..10 {
        assert_eq!(step_up(WRONG).await, 403);
    }
    assert_eq!(step_up(PASSWORD).await, 429);
    let change = serde_json::json!({ "current_password": PASSWORD, "new_password": "four words and no comma" });
    assert_eq!(post("/auth/password").json(&change).send().await.unwrap().status(), 429);
    service.advance(60);
    assert_eq!(step_up(PASSWORD).await, 200);
}

/// One thread hashes, so that a guess is counted before a right password behind it is checked.
fn with_one_hash_at_a_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(test);
}

/// Of requests that began before the limit was used up, none learns that its password is right.
#[test]
fn a_right_password_among_guesses_at_the_same_time_is_not_answered() {
    with_one_hash_at_a_time(async {
        let one = RateLimits::off().failures(Limited::Login, By::Account, Quota::per_hour(1));
        let service = Service::start_with(|builder| builder.rate_limits(one)).await;
        let context = Context::system("test");
        service.auth.login(&context, Login::new("unknown@example.com", WRONG.to_owned())).await.unwrap_err();
        let (guessed, right) = tokio::join!(guess(&service, &context, WRONG), guess(&service, &context, PASSWORD));
        assert_eq!(guessed, Err(AccountError::InvalidCredentials));
        assert!(matches!(right, Err(AccountError::RateLimited(_))), "{right:?}");
        service.advance(3600);
        assert_eq!(guess(&service, &context, PASSWORD).await, Ok(()));
    });
}

#[test]
fn a_right_password_at_a_known_device_among_guesses_of_others_is_answered() {
    with_one_hash_at_a_time(async {
        let once = Quota::per_hour(1);
        let limits = RateLimits::off().failures(Limited::Login, By::Account, once);
        let limits = limits.failures(Limited::Login, By::Device, once);
        let service = Service::start_with(|builder| builder.rate_limits(limits)).await;
        let at = |address: &str| Context::system("test").address(address.parse().unwrap());
        let (home, elsewhere) = (at("192.0.2.7"), at("203.0.113.10"));
        guess(&service, &home, PASSWORD).await.unwrap();
        let (guessed, right) = tokio::join!(guess(&service, &elsewhere, WRONG), guess(&service, &home, PASSWORD));
        assert_eq!((guessed, right), (Err(AccountError::InvalidCredentials), Ok(())));
    });
}

#[tokio::test]
async fn guesses_at_the_same_time_get_no_more_answers() {
    let service = Service::start().await;
    let context = Context::system("test");
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (auth, context) = (service.auth.clone(), context.clone());
        guesses.spawn(async move { auth.login(&context, Login::new(EMAIL, WRONG)).await.map(drop).unwrap_err() });
    }
    let answered = guesses.join_all().await.into_iter().filter(|error| *error == AccountError::InvalidCredentials);
    assert_eq!(answered.count(), 10);
}

#[tokio::test]
async fn a_clock_set_back_neither_ends_nor_prolongs_a_limit() {
    let service = Service::start().await;
    let context = Context::system("test");
    assert_eq!(answers(&service, &context).await, 10);
    for set in [1_799_999_990, 1_000_000_000, 0] {
        service.clock.set(Timestamp::from_secs(set));
        assert!(guess(&service, &context, PASSWORD).await.is_err(), "the limit ended");
    }
    service.advance(60);
    assert_eq!(answers(&service, &context).await, 10, "the limit goes on");
}

#[tokio::test]
async fn an_address_is_limited_whatever_it_says_it_forwards() {
    let limits = RateLimits::new().failures(Limited::Login, By::Address, Quota::per_minute(3));
    let service = Service::start_with(|builder| behind_a_proxy(builder).rate_limits(limits)).await;
    for n in 0..3 {
        let spoofed = format!("203.0.113.{n}, 2001:db8::1:{n}");
        assert_eq!(login_from(&service, &spoofed, WRONG).await.status, 401);
    }
    let refused = login_from(&service, "2001:db8::2:3", PASSWORD).await;
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, r#""login-address";q=3;w=60"#));
    assert_eq!(login_from(&service, "2001:db8:0:1::1", PASSWORD).await.status, 200, "another site");
    assert_eq!(login_from(&service, "203.0.113.1", PASSWORD).await.status, 200, "an address that was only claimed");
}

#[tokio::test]
async fn an_unused_header_of_an_untrusted_peer_changes_no_limit() {
    let limits = RateLimits::new().failures(Limited::Login, By::Address, Quota::per_minute(3));
    let service = Service::start_with(|builder| builder.rate_limits(limits)).await;
    for n in 0..3 {
        assert_eq!(login_from(&service, &format!("203.0.113.{n}"), WRONG).await.status, 401);
    }
    assert_eq!(login_from(&service, "203.0.113.9", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn clients_introspections_and_api_keys_are_limited() {
    let limits = RateLimits::new()
        .failures(Limited::Client, By::Address, Quota::per_minute(2))
        .failures(Limited::ApiKey, By::Address, Quota::per_minute(2))
        .attempts(Limited::Introspection, By::Address, Quota::per_minute(2));
    let service = Service::start_with(|builder| builder.rate_limits(limits)).await;
    let client = [("grant_type", "refresh_token"), ("client_id", "backend"), ("client_secret", "wrong")];
    for _ in 0..2 {
        service.token(&client).await.is_error(401, "invalid_client");
    }
    let refused = service.token(&client).await;
    refused.is_error(429, "temporarily_unavailable");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("30", r#""client-address";r=0;t=30"#));
    // Requests of public clients go on.
    assert_eq!(service.password(&[]).await.status, 200);

    let key = service.api_key(&["introspect"]).await;
    for _ in 0..2 {
        assert_eq!(service.introspect(&key, "no token").await.status, 200);
    }
    service.introspect(&key, "no token").await.is_error(429, "temporarily_unavailable");

    let wrong = format!("{}{}", &key[..key.len() - 4], "AAAA");
    for _ in 0..2 {
        assert_eq!(service.introspect(&wrong, "no token").await.status, 401);
    }
    let refused = service.introspect(&wrong, "no token").await;
    refused.is_error(429, "temporarily_unavailable");
    assert_eq!(refused.header("ratelimit-policy"), r#""api_key-address";q=2;w=60"#);
    assert_eq!(refused.header(AUTHORIZATION.as_str()), "");
    let right = service.introspect(&key, "no token").await;
    assert_eq!(
        right.header("ratelimit-policy"),
        r#""api_key-address";q=2;w=60"#,
        "the answer distinguishes a right key"
    );
}

#[tokio::test]
async fn nodes_share_their_limits_by_shared_counters() {
    let counters = MemoryCounters::new();
    let (one, other) = (counters.clone(), counters.clone());
    let one = Service::start_with(|builder| builder.shared_limits(one)).await;
    let other = Service::start_with(|builder| builder.shared_limits(other)).await;
    let context = Context::system("test");
    for service in [&one, &other, &one, &other].into_iter().cycle().take(10) {
        assert_eq!(guess(service, &context, WRONG).await, Err(AccountError::InvalidCredentials));
    }
    for service in [&one, &other] {
        assert!(matches!(guess(service, &context, PASSWORD).await, Err(AccountError::RateLimited(_))));
    }
}

/// Limits of attempts exempt known devices from those of messages alone.
#[tokio::test]
async fn attempts_at_logins_have_one_limit_at_every_device() {
    let limits = RateLimits::new().attempts(Limited::Login, By::Account, "2/d".parse().unwrap());
    let service = Service::start_with(|builder| builder.rate_limits(limits)).await;
    let home = Context::system("test").address("192.0.2.7".parse().unwrap());
    for _ in 0..2 {
        guess(&service, &home, PASSWORD).await.unwrap();
    }
    let Err(AccountError::RateLimited(used_up)) = guess(&service, &home, PASSWORD).await else { panic!("answered") };
    assert_eq!(used_up.by, By::Account);
}

/// Counters whose server is away, or never answers.
struct Away {
    answers: bool,
}

#[async_trait::async_trait]
impl Counters for Away {
    async fn add(&self, _: &str, _: u32, _: Duration) -> Result<Count, ClusterError> {
        if self.answers { Err(ClusterError::new("away")) } else { std::future::pending().await }
    }
}

#[tokio::test]
async fn a_nodes_own_limits_remain_without_the_shared_counters() {
    for away in [Away { answers: true }, Away { answers: false }] {
        let service = Service::start_with(|builder| builder.shared_limits(away)).await;
        let context = Context::system("test");
        assert_eq!(answers(&service, &context).await, 10);
        assert!(guess(&service, &context, PASSWORD).await.is_err());
    }
}
