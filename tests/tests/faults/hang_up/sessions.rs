//! Logins, refreshes and ends of sessions.

use auth_core::recovery::Purpose;
use auth_core::store::{Page, SessionStore};
use auth_core::{CodeLogin, Login, MagicLinkLogin, SignIn, Timestamp};

use super::{Effect, Scene, context, hang_up, hang_up_in};
use crate::PASSWORD;
use crate::clock::identity;

#[tokio::test]
async fn in_a_login() {
    hang_up(
        &["login_succeeded"],
        async |scene| scene.auth.login(&context(), Login::new("ada@example.com", PASSWORD)).await.map(|_| ()),
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_refresh() {
    hang_up(
        &["token_refreshed"],
        async |scene| scene.auth.refresh(&context(), scene.first.refresh.expose()).await.map(|_| ()),
        async |scene| {
            let token = scene.store.find_by_refresh_token(&scene.first.refresh.hash()).await.unwrap().unwrap();
            Effect { changed: token.used, seen: true }
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_logout() {
    hang_up(
        &["session_ended"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.logout(&context(), &identity).await
        },
        async |scene| Effect {
            changed: scene.sessions().await < scene.sessions,
            seen: scene.first_status().await == 401,
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_logout_everywhere() {
    hang_up(
        &["tokens_revoked", "sessions_ended"],
        async |scene| scene.auth.logout_everywhere(&context(), &scene.ada).await,
        async |scene| Effect {
            changed: scene.record().await.state.version > 0,
            seen: (scene.first_status().await, scene.second_status().await, scene.sessions().await) == (401, 401, 0),
        },
    )
    .await;
}

#[tokio::test]
async fn in_a_sign_in() {
    hang_up(
        &["login_succeeded"],
        async |scene| scene.auth.sign_in(&context(), SignIn::subject(&scene.ada).amr("otp")).await.map(|_| ()),
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_login_by_code() {
    hang_up(
        &["one_time_token_used", "login_succeeded"],
        async |scene| {
            let login = CodeLogin::new(scene.challenge.as_str(), scene.token(Purpose::LoginCode));
            scene.auth.login_by_code(&context(), login).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_login_by_magic_link() {
    hang_up(
        &["one_time_token_used", "login_succeeded"],
        async |scene| {
            let login = MagicLinkLogin::new(scene.token(Purpose::MagicLink));
            scene.auth.magic_link_login(&context(), login).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_login_with_a_second_factor() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "login_succeeded"],
        async |scene| {
            let mut login = Login::new("ada@example.com", PASSWORD);
            login.otp = Some(scene.code(1));
            scene.auth.login(&context(), login).await.map(|_| ())
        },
        async |scene| Effect { changed: scene.sessions().await > scene.sessions, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_a_step_up() {
    hang_up_in(
        Scene::with_second_factor,
        &["second_factor_used", "stepped_up"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            let mut step_up = auth_core::StepUp::default();
            step_up.otp = Some(scene.code(1));
            scene.auth.step_up(&context(), &identity, step_up).await.map(|_| ())
        },
        async |scene| {
            let sessions = SessionStore::list(&scene.store, &scene.ada, 0, Timestamp::from_secs(0), Page::first(10));
            let changed = sessions.await.unwrap().iter().any(|session| session.amr == "pwd otp mfa");
            Effect { changed, seen: true }
        },
    )
    .await;
}
