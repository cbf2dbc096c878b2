//! Changes of accounts, their second factors and roles.

use std::pin::pin;
use std::task::Poll;

use auth_core::prelude::*;
use auth_core::recovery::Purpose;
use auth_core::store::{AccountPatch, OneTimeTokens as _, RolePermissions as _, UserStore as _};
use auth_core::{AccountError, ApiKeyId, Registration, SessionId};

use super::{Effect, NEW_PASSWORD, Scene, context, hang_up, hang_up_in};
use crate::PASSWORD;
use crate::clock::identity;

#[tokio::test]
async fn in_a_registration() {
    let bob = || Registration::new("bob@example.com", PASSWORD);
    hang_up(
        &["user_registered", "one_time_token_issued"],
        async |scene| scene.auth.register(&context(), bob()).await.map(|_| ()),
        async |scene| {
            let changed = scene.store.find_by_login("bob@example.com").await.unwrap().is_some();
            Effect { changed, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_registration_of_the_application() {
    let id: SubjectId = "7".parse().unwrap();
    for polls in 0..4 {
        let scene = Scene::new().await;
        {
            let context = context();
            let mut running = pin!(scene.auth.registered(&context, &id));
            for _ in 0..polls {
                let _ = std::future::poll_fn(|cx| Poll::Ready(running.as_mut().poll(cx))).await;
            }
        }
        scene.auth.settled().await;
        let expected: &[&str] = if polls == 0 { &[] } else { &["user_registered"] };
        assert_eq!(scene.events.take(), expected, "after {polls} polls");
    }
}

#[tokio::test]
async fn in_the_verification_of_an_address() {
    hang_up(
        &["one_time_token_used"],
        async |scene| {
            let token = scene.token(Purpose::EmailVerification);
            scene.auth.verify_email(&context(), &token).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.store.verified_email(&scene.ada).await.unwrap().is_some(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_enrolment_of_an_authenticator() {
    hang_up(
        &["second_factor_enrolled"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.enrol_totp(&context(), &identity).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.factor().await.is_some(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_confirmation_of_an_authenticator() {
    hang_up_in(
        Scene::enrolled,
        &["second_factor_confirmed"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.confirm_totp(&context(), &identity, scene.code(0)).await.map(|_| ())
        },
        async |scene| Effect {
            changed: scene.factor().await.is_some_and(|factor| factor.confirmed_at.is_some()),
            seen: true,
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_an_authenticator() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "second_factor_removed", "session_ended"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.remove_totp(&context(), &identity, Some(scene.code(1))).await
        },
        async |scene| Effect {
            changed: scene.factor().await.is_none(),
            seen: (scene.first_status().await, scene.second_status().await) == (200, 401),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_change_of_an_account() {
    hang_up(
        &["account_updated"],
        async |scene| {
            let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
            scene.auth.update_account(&context(), &scene.ada, patch).await.map(|_| ())
        },
        async |scene| Effect {
            changed: !scene.record().await.state.active,
            seen: (scene.first_status().await, scene.key_status().await) == (401, 401),
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_an_account() {
    hang_up(
        &["account_removed", "sessions_ended", "api_key_revoked"],
        async |scene| scene.auth.remove_account(&context(), &scene.ada).await,
        async |scene| Effect {
            changed: scene.store.find_by_id(&scene.ada).await.unwrap().is_none(),
            seen: (scene.first_status().await, scene.key_status().await) == (401, 401),
        },
    )
    .await;
}

/// The application has removed the row before.
#[tokio::test]
async fn in_the_end_of_what_a_removed_subject_had() {
    hang_up(
        &["sessions_ended", "api_key_revoked"],
        async |scene| scene.auth.forget_subject(&context(), &scene.ada).await,
        async |scene| Effect {
            changed: scene.sessions().await == 0,
            seen: (scene.first_status().await, scene.key_status().await) == (401, 401),
        },
    )
    .await;
}

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
}

/// The status of a guard that asks for the permission, for a subject with the role `support`.
async fn permission_status(scene: &Scene) -> u16 {
    #[require_permission(UsersRead)]
    async fn read() {}
    use tower_service::Service as _;
    let mut app: axum::Router = GuardedRouter::new().route("/", get(read)).with_state(scene.auth.clone());
    let request =
        axum::http::Request::get("/").header("authorization", format!("Bearer {}", scene.first.access.expose()));
    app.call(request.body(axum::body::Body::empty()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn in_a_change_of_a_role() {
    hang_up(
        &["role_changed"],
        async |scene| {
            assert_eq!(permission_status(scene).await, 403, "now it is cached that the role has no permission");
            scene.auth.set_role_permissions(&context(), "support", &[Permission::UsersRead]).await
        },
        async |scene| Effect {
            changed: !scene.store.permissions_of("support").await.unwrap().is_empty(),
            seen: permission_status(scene).await == 200,
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_removal_of_a_role() {
    let role = "auditor";
    hang_up(
        &["role_removed"],
        async |scene| scene.auth.remove_role(&context(), role).await,
        async |scene| Effect { changed: scene.store.permissions_of(role).await.unwrap().is_empty(), seen: true },
    )
    .await;
}

#[tokio::test]
async fn a_change_that_fails_has_no_event_of_success() {
    let scene = Scene::new().await;
    let (stranger, context) = (SubjectId::random(), context());
    let missing = scene.auth.update_account(&context, &stranger, AccountPatch::default()).await;
    assert_eq!(missing, Err(AccountError::NotFound { what: "user" }));
    assert!(scene.auth.remove_account(&context, &stranger).await.is_err());
    assert!(scene.auth.revoke_api_key(&context, &ApiKeyId::random()).await.is_err());
    assert!(!scene.auth.end_session(&context, &scene.ada, &SessionId::random()).await.unwrap());
    let taken = Registration::new("ada@example.com", NEW_PASSWORD);
    assert_eq!(scene.auth.register(&context, taken).await, Err(AccountError::EmailTaken));
    assert_eq!(scene.events.take(), [] as [&str; 0]);
}
