//! Login by a code of a message, with the challenge that the client keeps.

use std::time::Duration;

use auth_core::{AccountError, CodeLogin};
use auth_tests::Answer;
use serde_json::json;

use crate::one_time::{Scene, system};

const ADA: &str = "ada@example.com";

impl Scene {
    /// The challenge of a request.
    async fn challenge(&self, email: &str) -> String {
        let answer = self.post("/auth/login-code", json!({ "email": email })).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (202, Some("no-store")));
        assert_eq!(answer.json().as_object().unwrap().len(), 1, "{}", answer.text);
        answer.json()["challenge"].as_str().unwrap().to_owned()
    }

    /// The challenge, and the code of its message.
    async fn ask_code(&self) -> (String, String) {
        let challenge = self.challenge(ADA).await;
        let (kind, to, code) = self.messages().await.pop().unwrap();
        assert_eq!((kind, to.as_str(), code.len()), ("login_code", ADA, 8));
        (challenge, code)
    }

    async fn code(&self, challenge: &str, code: &str) -> Answer {
        self.post("/auth/login-code/login", json!({ "challenge": challenge, "code": code })).await
    }
}

/// A code of eight digits that is not this one.
fn wrong(code: &str) -> String {
    let digit = if code.starts_with('0') { '1' } else { '0' };
    format!("{digit}{}", &code[1..])
}

#[tokio::test]
async fn a_code_logs_in_once_and_with_its_challenge_alone() {
    let scene = Scene::new().await;
    let (first, first_code) = scene.ask_code().await;
    let (challenge, code) = scene.ask_code().await;
    let unknown = scene.challenge("bob@example.com").await;
    assert_eq!(scene.messages().await, [], "no message to an unknown address");
    assert_eq!(unknown.len(), challenge.len());
    let refused = scene.code(&first, &first_code).await;
    assert_eq!(refused.is_problem(401).json()["type"], "urn:auth-core:problem:invalid-one-time-token", "replaced");
    for (challenge, code) in [(&first, &code), (&unknown, &code), (&challenge, &wrong(&code)), (&challenge, &challenge)]
    {
        assert_eq!(scene.code(challenge, code).await.is_problem(401).text, refused.text);
    }
    // A code is no link, and its challenge is none.
    scene.post("/auth/magic-link/login", json!({ "token": challenge })).await.is_problem(401);
    let (start, end) = code.split_at(4);
    let answer = scene.code(&challenge, &format!("{start} {end}")).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let access = answer.tokens().access;
    assert_eq!(scene.client.get_as(&access, "/me").await.status, 200);
    assert_eq!(scene.client.get_as(&access, "/by-password").await.status, 401, "a code of a message is no password");
    scene.code(&challenge, &code).await.is_problem(401);
    assert!(scene.auth.email_verified_at(&scene.ada).await.unwrap().is_some());
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_and_with_the_password() {
    let scene = Scene::new().await;
    let (challenge, code) = scene.ask_code().await;
    scene.clock.advance(Duration::from_mins(10));
    scene.code(&challenge, &code).await.is_problem(401);
    let (challenge, code) = scene.ask_code().await;
    scene
        .auth
        .set_password(&system(), &scene.ada, "another of a few words".into(), auth_core::Keep::None)
        .await
        .unwrap();
    scene.code(&challenge, &code).await.is_problem(401);
    let (challenge, code) = scene.ask_code().await;
    scene.clock.advance(Duration::from_mins(10) - Duration::from_secs(1));
    assert_eq!(scene.code(&challenge, &code).await.status, 200);
}

/// Guesses of another client use up nothing of the owner's.
#[tokio::test]
async fn guesses_of_a_code_are_limited_for_its_challenge_alone() {
    let scene = Scene::new().await;
    let (attackers, code) = scene.ask_code().await;
    for _ in 0..10 {
        scene.code(&attackers, &wrong(&code)).await.is_problem(401);
    }
    scene.code(&attackers, &code).await.is_problem(429);
    let (own, code) = scene.ask_code().await;
    assert_eq!(scene.code(&own, &code).await.status, 200);
}

#[tokio::test]
async fn requests_for_codes_are_limited_for_a_name() {
    let scene = Scene::new().await;
    for name in [ADA, "unknown@example.com"] {
        for _ in 0..10 {
            scene.challenge(name).await;
        }
        scene.post("/auth/login-code", json!({ "email": name })).await.is_problem(429);
    }
    assert_eq!(scene.messages().await.len(), 10);
}

#[tokio::test]
async fn guesses_of_codes_are_limited_for_an_address() {
    let scene = Scene::new().await;
    let client = system().address("192.0.2.7".parse().unwrap());
    let mut limited = 0;
    for _ in 0..250 {
        let guess = scene.auth.login_by_code(&client, CodeLogin::new("lc_wrong", "12345678")).await;
        limited += usize::from(matches!(guess, Err(AccountError::RateLimited(_))));
    }
    assert!(limited >= 40, "{limited} of 250 guesses were limited");
}
