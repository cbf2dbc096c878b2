//! A clock that is set back by ten minutes.

use std::time::Duration;

use auth_core::http::Rejection;
use auth_core::store::SqliteStore;
use auth_core::testing::TestClock;
use auth_core::token::SigningKey;
use auth_core::{Auth, Identity, Login, Refusal, Registration, Timestamp};
use axum::extract::FromRequestParts;
use axum::http::{Request, header};
use axum::response::IntoResponse;

use crate::PASSWORD;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const JUMP: Duration = Duration::from_mins(10);

/// The status that an access token is answered with.
pub(crate) async fn status(auth: &Auth, token: &str) -> u16 {
    match authenticate(auth, token).await {
        Ok(_) => 200,
        Err(rejection) => rejection.into_response().status().as_u16(),
    }
}

/// Whose access token it is.
pub(crate) async fn identity(auth: &Auth, token: &str) -> Identity {
    authenticate(auth, token).await.unwrap()
}

async fn authenticate(auth: &Auth, token: &str) -> Result<Identity, Rejection> {
    let request = Request::builder().header(header::AUTHORIZATION, format!("Bearer {token}"));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    Identity::from_request_parts(&mut parts, auth).await
}

#[tokio::test]
async fn a_clock_set_back_brings_nothing_back_and_ends_no_session() {
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let clock = TestClock::at(NOW);
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let builder = Auth::builder(key, "https://issuer.example.com", "clock").store(store).clock(clock.clone());
    let auth = builder.build().unwrap();
    let login = || Login::new("ada@example.com", PASSWORD.to_owned());
    let (subject, _) = auth.register(Registration::new("ada@example.com", PASSWORD.to_owned())).await.unwrap();
    let (kept, ended) = (auth.login(login()).await.unwrap(), auth.login(login()).await.unwrap());
    assert_eq!(status(&auth, ended.access.expose()).await, 200);
    let listed = auth.sessions(&subject).await.unwrap();
    let spent = auth.refresh(kept.refresh.expose()).await.unwrap();

    clock.set(NOW.before(JUMP));
    // Made in the future, as far as this node can tell.
    assert_eq!(status(&auth, ended.access.expose()).await, 401);
    // The retry of a response that was lost just before the jump is no replay, and its successor is the same one.
    let retried = auth.refresh(kept.refresh.expose()).await.unwrap();
    assert_eq!(retried.refresh.expose(), spent.refresh.expose());
    assert_eq!(status(&auth, retried.access.expose()).await, 200);

    // What ends now has ended, also when the clock comes back.
    auth.refresh(ended.refresh.expose()).await.unwrap();
    assert_eq!(listed.len(), 2);
    auth.logout_everywhere(&subject).await.unwrap();
    for token in [&retried.access, &ended.access] {
        assert_eq!(status(&auth, token.expose()).await, 401);
    }
    clock.set(NOW);
    for token in [&kept.access, &retried.access, &ended.access] {
        assert_eq!(status(&auth, token.expose()).await, 401, "an ended session came back with the clock");
    }
    let again = auth.refresh(retried.refresh.expose()).await;
    assert!(matches!(again, Err(Refusal::InvalidRefreshToken)));
}
