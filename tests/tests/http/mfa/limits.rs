//! Limits of codes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::cluster::{ClusterError, Count, Counters, MemoryCounters};
use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::{AccountError, Auth, AuthBuilder, Login};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{PASSWORD, STEP, Scene, client, system};

#[tokio::test]
async fn guesses_of_a_code_are_limited() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(scene.login("000000").await.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[11]), (401, 429), "{statuses:?}");
    assert_eq!(scene.login(&scene.code(&secret)).await.status, 429, "a right code is distinguished from a wrong one");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_a_code_at_the_same_time_get_no_more_answers() {
    let (scene, _, _, session) = Scene::enrolled().await;
    let mut guesses = JoinSet::new();
    for n in 0..40 {
        // Without a password, whose hash would let one guess pass after the other.
        let (client, access, guess) =
            (scene.client.clone(), session.access.clone(), json!({ "otp": format!("x{n:05}") }));
        guesses.spawn(async move { client.json_as(&access, Method::POST, "/auth/step-up", &guess).await.status });
    }
    let answers = guesses.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 30, "{answers:?}");
}

/// Has the password and no code.
#[tokio::test]
async fn an_attacker_cannot_lock_an_owner_out_by_wrong_codes() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    let at = |address: &str| system().address(address.parse().unwrap());
    let login = async |address: &str, otp: &str| {
        let mut login = Login::new("ada@example.com", PASSWORD);
        login.otp = Some(otp.to_owned().into());
        scene.auth.login(&at(address), login).await
    };
    let (home, elsewhere) = ("192.0.2.7", "203.0.113.10");
    login(home, &scene.code(&secret)).await.unwrap();
    scene.clock.advance(STEP);
    for _ in 0..10 {
        assert_eq!(login(elsewhere, "000000").await.unwrap_err(), AccountError::WrongSecondFactor);
    }
    let refused = login(elsewhere, &codes[0]).await.unwrap_err();
    assert!(matches!(refused, AccountError::RateLimited(_)), "{refused:?}");
    login(home, &scene.code(&secret)).await.unwrap();
    // The code that was refused was not spent.
    login(home, &codes[0]).await.unwrap();
    for _ in 0..10 {
        assert_eq!(login(home, "000000").await.unwrap_err(), AccountError::WrongSecondFactor);
    }
    let AccountError::RateLimited(used_up) = login(home, &codes[1]).await.unwrap_err() else {
        panic!("codes can be guessed at a known device");
    };
    assert_eq!((used_up.operation, used_up.by), ("one_time_code", By::Device));
}

#[tokio::test]
async fn known_devices_without_a_limit_of_their_own_have_that_of_the_account() {
    let scene = Scene::new().await;
    let limits = RateLimits::off().failures(Limited::OneTimeCode, By::Account, Quota::per_hour(3));
    let nodes = Scene::build(&scene.clock, &scene.place, |builder| builder.rate_limits(limits.clone()));
    let scene = Scene { client: client(&nodes).await, auth: nodes[0].clone(), ..scene };
    let session = scene.client.login("ada@example.com", PASSWORD).await;
    let secret = scene.enrol(&session).await;
    assert_eq!(scene.confirm(&session, &scene.code(&secret)).await.status, 200);
    scene.clock.advance(STEP);
    // The address of the tests is a known one from now on.
    scene.login(&scene.code(&secret)).await.tokens();
    for _ in 0..3 {
        assert_eq!(scene.login("000000").await.status, 401);
    }
    scene.clock.advance(STEP);
    assert_eq!(scene.login(&scene.code(&secret)).await.status, 429);
}

#[tokio::test]
async fn a_right_code_uses_nothing_up() {
    let (scene, secret, ..) = Scene::enrolled().await;
    for _ in 0..15 {
        scene.login(&scene.code(&secret)).await.tokens();
        scene.clock.advance(STEP);
    }
}

/// Counters by which a limit is used up after its first look.
#[derive(Clone, Default)]
struct UsedUpMeanwhile(Arc<Mutex<HashSet<String>>>);

#[async_trait::async_trait]
impl Counters for UsedUpMeanwhile {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        let is_first = self.0.lock().unwrap().insert(key.to_owned());
        let value = if by == 0 && !is_first { 1_000_000 } else { u64::from(by) };
        Ok(Count { value, expires_in: window })
    }
}

#[tokio::test]
async fn a_committed_change_is_not_answered_as_a_refused_one() {
    let counters = UsedUpMeanwhile::default();
    let scene = Scene::new().await;
    let limits = RateLimits::off().failures(Limited::OneTimeCode, By::Account, Quota::per_hour(10)).failures(
        Limited::Refresh,
        By::Address,
        Quota::per_hour(10),
    );
    let set = |builder: AuthBuilder| builder.rate_limits(limits.clone()).shared_limits(counters.clone());
    let nodes = Scene::build(&scene.clock, &scene.place, set);
    let scene = Scene { client: client(&nodes).await, auth: nodes[0].clone(), ..scene };
    let session = scene.client.login("ada@example.com", PASSWORD).await;
    let secret = scene.enrol(&session).await;
    let confirmed = scene.confirm(&session, &scene.code(&secret)).await;
    assert_eq!(confirmed.status, 200, "the recovery codes are lost: {confirmed:?}");
    assert_eq!(counters.0.lock().unwrap().len(), 1, "the limit was not looked at");
    let code = confirmed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
    counters.0.lock().unwrap().clear();
    let tokens = scene.login(&code).await.tokens();
    counters.0.lock().unwrap().clear();
    assert_eq!(scene.client.try_refresh(&tokens.refresh).await.status, 200, "the successor is lost");
    assert_eq!(counters.0.lock().unwrap().len(), 1, "the limit was not looked at");
    // Before it, a limit decides.
    assert_eq!(scene.client.try_refresh("no token").await.status, 429);
}

/// Counters whose looks all come before the additions, as those of requests at the same time do.
#[derive(Clone)]
struct LooksFirst(MemoryCounters);

#[async_trait::async_trait]
impl Counters for LooksFirst {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        if by == 0 { Ok(Count { value: 0, expires_in: window }) } else { self.0.add(key, by, window).await }
    }

    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        self.0.take_back(key, by).await
    }
}

#[tokio::test]
async fn guesses_of_a_code_at_several_nodes_at_the_same_time_have_one_limit() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let counters = LooksFirst(MemoryCounters::new());
    let build =
        || Scene::build(&scene.clock, &scene.place, |builder| builder.shared_limits(counters.clone())).remove(0);
    let (one, other) = (build(), build());
    let login = async |node: &Auth, otp: &str| {
        let mut login = Login::new("ada@example.com", PASSWORD);
        login.otp = Some(otp.to_owned().into());
        node.login(&system(), login).await
    };
    // Right codes use nothing up.
    for _ in 0..11 {
        login(&one, &scene.code(&secret)).await.unwrap();
        scene.clock.advance(STEP);
    }
    for _ in 0..5 {
        for node in [&one, &other] {
            assert_eq!(login(node, "000000").await.unwrap_err(), AccountError::WrongSecondFactor);
        }
    }
    let refused = login(&other, &scene.code(&secret)).await.unwrap_err();
    assert!(matches!(refused, AccountError::RateLimited(_)), "{refused:?}");
}
