//! Changes of passwords.

use auth_core::password::PasswordHash;
use auth_core::recovery::Purpose;
use auth_core::store::{
    AccountPatch, Audit, AuditFilter, AuditLog as _, SessionStore as _, UserDirectory as _, UserStore,
};
use auth_core::{AccountError, Keep, Login};
use tokio::task::yield_now;

use super::yielding::Yielding;
use super::{Effect, NEW_PASSWORD, Scene, context, hang_up};
use crate::PASSWORD;
use crate::clock::identity;

#[tokio::test]
async fn in_a_password_change() {
    hang_up(
        &["session_ended", "password_changed", "sessions_ended", "login_succeeded"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let context = context();
            let change = scene.auth.change_password(&context, &identity, PASSWORD.into(), NEW_PASSWORD.into());
            change.await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 1),
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_setting_of_a_password() {
    hang_up(
        &["password_changed", "sessions_ended"],
        async |scene| {
            let set = scene.auth.set_password(&context(), &scene.ada, NEW_PASSWORD.into(), Keep::None).await;
            set.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_password_of_the_application() {
    hang_up(
        &["password_changed", "session_ended", "sessions_ended", "login_succeeded"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let (store, subject) = (Yielding(scene.store.clone()), scene.ada.clone());
            let write = async move |version| {
                let hash = PasswordHash::from_stored("another");
                let written = UserStore::set_password(&store, &subject, version, &hash, Audit::none()).await?;
                Ok::<_, AccountError>(written.is_some())
            };
            let keep = Keep::Session(&identity);
            scene.auth.set_password_with(&context(), &scene.ada, keep, write).await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 1),
        },
    )
    .await;
}

/// Between the statement of the application and what follows from it, its transaction may last.
#[tokio::test]
async fn a_session_that_ends_beside_a_password_of_the_application_does_not_go_on() {
    for end in ["logout", "logout everywhere", "disabled"] {
        let scene = Scene::new().await;
        let identity = identity(&scene.auth, scene.first.access.expose()).await;
        let (store, subject, session) = (scene.store.clone(), scene.ada.clone(), scene.first.session.clone());
        let write = async move |version| {
            let hash = PasswordHash::from_stored("another");
            let written = store.set_password(&subject, version, &hash, Audit::none()).await?;
            match end {
                "logout" => assert!(store.end(&subject, &session, Audit::none()).await?),
                "disabled" => {
                    let disabled = AccountPatch { active: Some(false), ..AccountPatch::default() };
                    store.update(&subject, disabled, Audit::none()).await?;
                }
                _ => assert!(store.revoke_tokens(&subject, Audit::none()).await?.is_some()),
            }
            Ok::<_, AccountError>(written.is_some())
        };
        let set = scene.auth.set_password_with(&context(), &scene.ada, Keep::Session(&identity), write).await;
        assert_eq!(set.err(), Some(AccountError::CallerChanged), "{end}");
        assert_eq!((scene.first_status().await, scene.second_status().await, scene.sessions().await), (401, 401, 0));
    }
}

/// An error of the statement, such as a name that is taken, costs no session; one that changes nothing is refused.
#[tokio::test]
async fn a_password_that_the_application_does_not_write_ends_no_session() {
    let scene = Scene::new().await;
    let identity = identity(&scene.auth, scene.first.access.expose()).await;
    for (written, error) in
        [(Err(AccountError::EmailTaken), AccountError::EmailTaken), (Ok(false), AccountError::CallerChanged)]
    {
        let write = async move |_| written;
        let keep = Keep::Session(&identity);
        let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, write).await;
        assert_eq!(refused.err(), Some(error));
        assert_eq!((scene.first_status().await, scene.second_status().await, scene.sessions().await), (200, 200, 2));
        assert_eq!(scene.events.take(), [] as [&str; 0]);
    }
    // A statement that forgets the version leaves earlier tokens alive: no new ones, and an error in the log.
    let keep = Keep::Session(&identity);
    let forgot = async |_| Ok::<_, AccountError>(true);
    let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, forgot).await;
    assert!(matches!(refused, Err(AccountError::Misconfigured { .. })), "{refused:?}");
    scene.events.take();
    // A statement that panics may have been committed.
    let panics = async |_| -> Result<bool, AccountError> { panic!("after the commit") };
    let undecided = scene.auth.set_password_with(&context(), &scene.ada, Keep::None, panics).await;
    assert_eq!(undecided.err(), Some(AccountError::Unavailable));
    assert_eq!(scene.events.take(), ["change_undecided"]);
    // The session that is to be kept has ended.
    let keep = Keep::Session(&identity);
    let unread = async |_| -> Result<bool, AccountError> { panic!("the password of an ended session was written") };
    let refused = scene.auth.set_password_with(&context(), &scene.ada, keep, unread).await;
    assert_eq!(refused.err(), Some(AccountError::CallerChanged));
}

#[tokio::test]
async fn in_a_request_for_a_new_password() {
    hang_up(
        &["one_time_token_issued"],
        async |scene| {
            scene.auth.request_password_reset(&context(), "ada@example.com").await?;
            // The request has been answered; what is cancelled is the wait for the rest.
            scene.auth.settled().await;
            Ok(())
        },
        async |scene| {
            let rows = scene.store.events(&AuditFilter::default(), 100).await.unwrap().len();
            Effect { changed: rows > scene.rows, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_reset_of_a_password() {
    hang_up(
        // The first reset of an address that was never verified.
        &["password_changed", "sessions_ended", "api_key_revoked", "one_time_token_used"],
        async |scene| {
            let token = scene.token(Purpose::PasswordReset);
            scene.auth.reset_password(&context(), &token, NEW_PASSWORD.into()).await
        },
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0)
                && scene.key_status().await == 401,
        },
    )
    .await;
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_has_an_event_with_its_subject() {
    let scene = Scene::new().await;
    let version = scene.record().await.state.version;
    scene.store.set_password(&scene.ada, version, &PasswordHash::from_stored("!"), Audit::none()).await.unwrap();
    let refused = scene.auth.login(&context(), Login::new("ada@example.com", PASSWORD)).await;
    assert_eq!(refused.err(), Some(AccountError::InvalidCredentials));
    let mut events = Vec::new();
    let arrive = async {
        while events.len() < 2 {
            yield_now().await;
            events.extend(scene.events.take());
        }
    };
    tokio::time::timeout(crate::SOON, arrive).await.unwrap();
    assert_eq!(events, ["password_hash_unreadable", "login_failed"]);
}
