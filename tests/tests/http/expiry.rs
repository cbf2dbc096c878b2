//! What has expired, by a clock.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::testing::{self, TestClock};
use auth_core::{AuthBuilder, Context, Registration, Timestamp};
use auth_tests::{Client, Tokens};
use reqwest::Method;
use serde_json::{Value, json};

use crate::PASSWORD;

guard!(AnyUser = auth);

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[require_auth]
async fn me() {}

struct Scene {
    clock: TestClock,
    client: Client,
}

impl Scene {
    /// A service with the user `ada`.
    async fn new(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
        let auth = set(testing::in_memory().clock(clock.clone()).scopes(["reports:read"])).build().unwrap();
        auth.register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
        let routes = auth.routes().api_keys::<AnyUser>().own_api_keys::<AnyUser>();
        let app = GuardedRouter::new().route("/me", get(me)).merge(routes).with_state(auth);
        Self { clock, client: Client::new(&auth_tests::serve(app).await) }
    }

    async fn login(&self) -> Tokens {
        let form = [("username", "ada@example.com"), ("password", PASSWORD), ("scope", "reports:read")];
        self.client.post_form("/auth/login", &form).await.tokens()
    }

    /// The id of a key that is made at this path.
    async fn key(&self, path: &str, expires_in: Option<u64>) -> String {
        let body = json!({ "name": "a key", "scopes": ["reports:read"], "expires_in": expires_in });
        let made = self.client.json_as(&self.login().await.access, Method::POST, path, &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// The answer of a rotation by either route.
    async fn rotate(&self, id: &str) -> [(u16, Value); 2] {
        let token = self.login().await.access;
        let rotate = async |path: String| {
            let answer = self.client.call_as(&token, Method::POST, &path).await;
            (answer.status.as_u16(), answer.json()["type"].clone())
        };
        [rotate(format!("/auth/api-keys/{id}/rotate")).await, rotate(format!("/auth/api-keys/mine/{id}/rotate")).await]
    }
}

#[tokio::test]
async fn a_key_that_no_new_secret_makes_valid_is_not_rotated() {
    let scene = Scene::new(|builder| builder).await;
    let derive = |id: &str| format!("/auth/api-keys/mine/{id}/derive");
    let short = scene.key("/auth/api-keys/mine", Some(3600)).await;
    let below = scene.key(&derive(&short), None).await;
    let soon = scene.key("/auth/api-keys", Some(2 * 3600)).await;
    let unlimited = scene.key("/auth/api-keys/mine", None).await;
    let of_first_secret = scene.key(&derive(&unlimited), None).await;
    let done = || [(200, Value::Null), (200, Value::Null)];
    let expired = || {
        [(409, json!("urn:auth-core:problem:api-key-expired")), (409, json!("urn:auth-core:problem:api-key-expired"))]
    };
    assert_eq!(scene.rotate(&soon).await, done());
    let token = scene.login().await.access;
    let path = format!("/auth/api-keys/{unlimited}/rotate");
    assert_eq!(scene.client.call_as(&token, Method::POST, &path).await.status, 200);

    scene.clock.advance(HOUR);
    assert_eq!(scene.rotate(&short).await, expired());
    assert_eq!(scene.rotate(&below).await, expired(), "it is derived from a key that has expired");
    // It expires within the overlap.
    assert_eq!(scene.rotate(&soon).await, done());
    assert_eq!(scene.rotate(&of_first_secret).await, done());
    scene.clock.advance(DAY);
    assert_eq!(scene.rotate(&of_first_secret).await, expired(), "the secret that it is derived by has ended");
}

#[tokio::test]
async fn a_session_ends_with_the_last_second_that_a_token_could_live() {
    let lifetime = 30 * DAY;
    let scene = Scene::new(|builder| builder.refresh_ttl(lifetime).session_ttl(lifetime)).await;
    let (first, second) = (scene.login().await, scene.login().await);
    scene.clock.advance(lifetime.saturating_sub(Duration::from_secs(1)));
    let last = scene.client.try_refresh(&first.refresh).await;
    assert_eq!((last.status.as_u16(), &last.json()["expires_in"]), (200, &json!(1)));
    assert_eq!(scene.client.get_as(&last.tokens().access, "/me").await.status, 200);
    scene.clock.advance(Duration::from_millis(1));
    for refresh in [&second.refresh, &last.tokens().refresh] {
        scene.client.try_refresh(refresh).await.is_problem(401);
    }
}
