//! `TestAuth`: credentials of tests pass the application's own guards, and no others.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::testing::{AccessMatrix, Target, TestAuth, TestIdentity, send, serve};
use auth_core::{Context, Refusal};
use axum::Router;
use axum::extract::Path;

use crate::service::Role;

#[require_role(Moderator)]
async fn by_role() {}

#[require_scope("reports:read")]
async fn by_scope() {}

#[require(amr("otp"))]
async fn by_method() {}

#[require(fresh("10m"))]
async fn by_age() {}

#[require(claim("tenant", "acme"), claim("teams", "7"))]
async fn by_claim() {}

#[api_key(scope = "reports:read")]
async fn by_key(key: ApiKeyIdentity) -> String {
    key.owner().map(ToString::to_string).unwrap_or_default()
}

fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/role", get(by_role))
        .route("/scope", get(by_scope))
        .route("/method", get(by_method))
        .route("/age", get(by_age))
        .route("/claim", get(by_claim))
        .route("/key", get(by_key))
}

const PATHS: [&str; 5] = ["/role", "/scope", "/method", "/age", "/claim"];

fn everything(test: &TestAuth) -> TestIdentity {
    let ada = test.as_user("ada").role(Role::Moderator).scope("reports:read").scope("other").amr("pwd").amr("otp");
    ada.claim("tenant", "acme").claim("teams", [6, 7]).authenticated_ago(Duration::from_mins(9))
}

/// The statuses of [`PATHS`] at a bound socket.
async fn statuses(url: &str, identity: &TestIdentity) -> [u16; 5] {
    let (name, value) = identity.sign_in().await.header();
    let mut statuses = [0; 5];
    for (status, path) in statuses.iter_mut().zip(PATHS) {
        let request = reqwest::Client::new().get(format!("{url}{path}")).header(&name, &value);
        *status = request.send().await.unwrap().status().as_u16();
    }
    statuses
}

#[tokio::test]
async fn test_identities_have_what_they_state_and_nothing_else() {
    let test = TestAuth::new();
    let url = serve(routes().with_state(test.auth())).await;
    assert_eq!(statuses(&url, &everything(&test)).await, [200; 5]);
    assert_eq!(statuses(&url, &test.as_user("bob")).await, [403, 403, 401, 200, 403]);
    let late = test.as_user("cyd").role(Role::Guest).claim("tenant", "acme").authenticated_ago(Duration::from_mins(11));
    assert_eq!(statuses(&url, &late).await, [403, 403, 401, 401, 403]);
}

#[tokio::test]
async fn test_keys_are_keys_of_their_user() {
    let test = TestAuth::new();
    let app = routes().with_state(test.auth());
    let key = test.as_user("a program").scope("reports:read").api_key().await;
    let response = send(&app, key.get("/key")).await;
    assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "a program"));
    assert_eq!(send(&app, test.as_user("bob").api_key().await.get("/key")).await.status(), 403);
    assert_eq!(send(&app, everything(&test).sign_in().await.get("/key")).await.status(), 401);
}

#[tokio::test]
async fn roles_of_a_test_user_are_those_stated_last_and_a_disabled_one_is_refused() {
    let test = TestAuth::new();
    let app: Router = routes().with_state(test.auth());
    let ada = test.as_user("ada").role(Role::Admin).sign_in().await;
    assert_eq!(send(&app, ada.get("/role")).await.status(), 200);
    test.as_user("ada").sign_in().await;
    assert_eq!(send(&app, ada.get("/role")).await.status(), 403);

    let disable = auth_core::store::AccountPatch { active: Some(false), ..Default::default() };
    test.auth().update_account(&Context::system("test"), ada.subject(), disable).await.unwrap();
    assert_eq!(send(&app, ada.get("/age")).await.status(), 401);
    let again = test.as_user("ada").sign_in().await;
    assert_eq!(send(&app, again.get("/age")).await.status(), 401, "a disabled user stays disabled");
}

#[tokio::test]
async fn tokens_of_test_users_end_by_the_clock_of_the_test() {
    let test = TestAuth::new();
    let app: Router = routes().with_state(test.auth());
    let ada = test.as_user("ada").sign_in().await;
    assert_eq!(send(&app, ada.get("/age")).await.status(), 200);
    test.clock().advance(Duration::from_hours(1));
    assert_eq!(send(&app, ada.get("/age")).await.status(), 401);
}

#[tokio::test]
async fn the_access_matrix_takes_test_identities_as_callers() {
    let test = TestAuth::new();
    let bob = test.as_user("bob").claim("tenant", "other").authenticated_ago(Duration::from_mins(11));
    let calls = AccessMatrix::new(routes().policy())
        .caller(everything(&test).caller("everything"))
        .caller(bob.caller("a user"))
        .caller(test.as_user("cyd").scope("reports:read").api_key_caller("a program"))
        .hold(&Target::router(routes().with_state(test.auth())))
        .await;
    assert_eq!(calls, 6 * 4);
}

guard!(Staff = role(Moderator));

#[require(Staff)]
#[expect(clippy::unused_async, reason = "a handler")]
async fn greet(Path(name): Path<String>, identity: Identity) -> String {
    format!("{name}, {}", identity.subject())
}

#[tokio::test]
async fn a_guarded_handler_is_called_with_a_test_identity() {
    let test = TestAuth::new();
    let ada = test.as_user("ada").role(Role::Admin).sign_in().await;
    let greeting = greet(ada.extract().await.unwrap(), Path("hello".to_owned()), ada.extract().await.unwrap()).await;
    assert_eq!(greeting, "hello, ada");
    let refused: Refusal = test.as_user("bob").sign_in().await.extract::<Guard<Staff>>().await.unwrap_err().into();
    assert_eq!(refused.to_string(), "The caller lacks a required role.");
    // The `Auth` of another test knows nothing of ada.
    let other = TestAuth::new().auth();
    assert!(ada.extract_with::<Guard<Staff>, _>(&other).await.is_err());
}

#[tokio::test]
#[should_panic(expected = "is not in the user store of the `Auth`")]
async fn a_test_identity_needs_the_store_of_its_test() {
    let test = TestAuth::with(|builder| builder.store(MemoryStore::new()));
    test.as_user("ada").sign_in().await;
}

#[tokio::test]
#[should_panic(expected = "the custom claim `sub` has a reserved name")]
async fn a_test_identity_has_no_reserved_claim() {
    TestAuth::new().as_user("ada").claim("sub", "bob").sign_in().await;
}
