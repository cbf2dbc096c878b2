//! Callers that are no longer what their guard saw: the client decides how long a body takes, and hashing a password is slow.

use auth_core::prelude::*;
use auth_core::store::{AccountPatch, Audit, UserDirectory as _, UserStore as _};
use auth_core::token::TokenHash;
use auth_core::{AccountError, Context, Keep, NewApiKey, Registration, StepUp};
use axum::extract::FromRequestParts as _;
use axum::http::{Request, header};

use super::{NEW_PASSWORD, Scene, context};
use crate::PASSWORD;

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    UsersRead,
}

/// What a handler has of a request with the first session.
async fn begun(scene: &Scene) -> (Identity, Context) {
    let request = Request::builder().header(header::AUTHORIZATION, format!("Bearer {}", scene.first.access.expose()));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let identity = Identity::from_request_parts(&mut parts, &scene.auth).await.unwrap();
    (identity, Context::from_request_parts(&mut parts, &scene.auth).await.unwrap())
}

/// Ends the session before `operation`, which must change nothing.
async fn refused<T>(
    what: &str,
    scene: Scene,
    operation: impl AsyncFnOnce(&Scene, &Context, &Identity) -> Result<T, AccountError>,
) {
    let (identity, late) = begun(&scene).await;
    assert!(scene.auth.end_session(&context(), &scene.ada, &scene.first.session).await.unwrap());
    scene.events.take();
    let outcome = operation(&scene, &late, &identity).await;
    assert_eq!(outcome.err(), Some(AccountError::CallerChanged), "{what}");
    scene.auth.settled().await;
    // A code is spent first, so that it cannot be tried again.
    let events: Vec<_> = scene.events.take().into_iter().filter(|kind| *kind != "second_factor_used").collect();
    assert_eq!(events, [] as [&str; 0], "{what}");
}

#[tokio::test]
async fn an_ended_session_changes_no_password_and_no_account() {
    let none = AccountPatch::default;
    refused("set_password", Scene::new().await, async |scene, late, _| {
        scene.auth.set_password(late, &scene.ada, NEW_PASSWORD.into(), Keep::None).await
    })
    .await;
    refused("set_password_with", Scene::new().await, async |scene, late, _| {
        let unread = async |_| -> Result<bool, AccountError> { panic!("the password was written") };
        scene.auth.set_password_with(late, &scene.ada, Keep::None, unread).await
    })
    .await;
    refused("update_account", Scene::new().await, async |scene, late, _| {
        scene.auth.update_account(late, &scene.ada, AccountPatch { active: Some(false), ..none() }).await
    })
    .await;
    refused("remove_account", Scene::new().await, async |scene, late, _| {
        scene.auth.remove_account(late, &scene.ada).await
    })
    .await;
    let bob = || Registration::new("bob@example.com", PASSWORD);
    refused("register", Scene::new().await, async |scene, late, _| scene.auth.register(late, bob()).await).await;
    refused("register_privately", Scene::new().await, async |scene, late, _| {
        // It answers before its change.
        scene.auth.register_privately(late, bob()).await?;
        scene.auth.settled().await;
        assert!(scene.store.find_by_login("bob@example.com").await.unwrap().is_none());
        Err::<(), _>(AccountError::CallerChanged)
    })
    .await;
}

#[tokio::test]
async fn an_ended_session_changes_no_key_and_no_role() {
    let new = || NewApiKey::new("late");
    refused("create_api_key", Scene::new().await, async |scene, late, _| {
        scene.auth.create_api_key(late, &scene.ada, new()).await
    })
    .await;
    refused("create_own_api_key", Scene::new().await, async |scene, late, identity| {
        scene.auth.create_own_api_key(late, identity, new()).await
    })
    .await;
    refused("rotate_api_key", Scene::new().await, async |scene, late, _| {
        scene.auth.rotate_api_key(late, &scene.key.record.id).await
    })
    .await;
    refused("derive_own_api_key", Scene::new().await, async |scene, late, identity| {
        scene.auth.derive_own_api_key(late, identity, &scene.key.record.id, new()).await
    })
    .await;
    refused("import_api_key", Scene::new().await, async |scene, late, _| {
        scene.auth.import_api_key(late, &scene.ada, TokenHash::of("sk_live_of_before"), new()).await
    })
    .await;
    refused("set_role_permissions", Scene::new().await, async |scene, late, _| {
        scene.auth.set_role_permissions(late, "support", &[Right::UsersRead]).await
    })
    .await;
    refused("remove_role", Scene::new().await, async |scene, late, _| scene.auth.remove_role(late, "auditor").await)
        .await;
}

#[tokio::test]
async fn an_ended_session_changes_no_second_factor() {
    refused("enrol_totp", Scene::new().await, async |scene, late, identity| {
        scene.auth.enrol_totp(late, identity).await
    })
    .await;
    refused("confirm_totp", Scene::enrolled().await, async |scene, late, identity| {
        scene.auth.confirm_totp(late, identity, scene.code(0)).await
    })
    .await;
    refused("remove_totp", Scene::with_second_factor().await, async |scene, late, identity| {
        scene.auth.remove_totp(late, identity, Some(scene.code(1))).await
    })
    .await;
    refused("reset_second_factors", Scene::with_second_factor().await, async |scene, late, _| {
        scene.auth.reset_second_factors(late, &scene.ada).await
    })
    .await;
}

/// An account that is disabled by its own store keeps its sessions.
#[tokio::test]
async fn a_session_of_a_disabled_account_steps_up_no_more() {
    let scene = Scene::with_second_factor().await;
    let (identity, late) = begun(&scene).await;
    let disabled = AccountPatch { active: Some(false), ..AccountPatch::default() };
    scene.store.update(&scene.ada, disabled, Audit::none()).await.unwrap();
    let mut by_code = StepUp::default();
    by_code.otp = Some(scene.code(1));
    let refused = scene.auth.step_up(&late, &identity, by_code).await;
    assert_eq!(refused.err(), Some(AccountError::CallerChanged));
    assert_eq!(scene.events.take(), ["second_factor_used"]);
}
