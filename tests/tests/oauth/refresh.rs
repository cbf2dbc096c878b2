//! RFC 6749 section 6 and RFC 9700 section 4.14: refresh tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::Timestamp;
use auth_core::password::PasswordHash;
use auth_core::prelude::SubjectId;
use auth_core::store::{
    AccountPatch, Audit, Created, MemoryStore, NewUser, Page, StoreError, UserDirectory, UserRecord, UserRegistry,
    UserStore,
};

use crate::service::{PASSWORD, SECRET, Service};

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn rfc6749_s6_a_refresh_rotates_and_keeps_the_scope() {
    let service = Service::start().await;
    let first = service.password(&[("scope", "profile reports:read")]).await;
    let second = service.refresh(&first.refresh(), &[]).await;
    assert_eq!(second.text("scope"), "profile reports:read");
    assert_ne!(first.refresh(), second.refresh());
    assert_eq!(service.me(&second.access()).await, 200);
}

#[tokio::test]
async fn rfc6749_s6_a_refresh_narrows_the_access_token_and_not_the_session() {
    let service = Service::start().await;
    let first = service.password(&[("scope", "profile reports:read")]).await;
    let narrow = service.refresh(&first.refresh(), &[("scope", "profile")]).await;
    assert_eq!(narrow.text("scope"), "profile");
    assert_eq!(service.get("/reports", &narrow.access()).await.status, 403);
    let whole = service.refresh(&narrow.refresh(), &[]).await;
    assert_eq!(whole.text("scope"), "profile reports:read");
    assert_eq!(service.get("/reports", &whole.access()).await.status, 200);
}

#[tokio::test]
async fn rfc6749_s6_a_refresh_never_widens_the_scope_and_the_refusal_spends_nothing() {
    let service = Service::start().await;
    let first = service.password(&[("scope", "profile")]).await;
    for scope in ["reports:read", "profile reports:read", "profile  profile"] {
        service.refresh(&first.refresh(), &[("scope", scope)]).await.is_error(400, "invalid_scope");
    }
    // Long after the leeway: the refused requests did not spend the token.
    service.advance(60);
    let second = service.refresh(&first.refresh(), &[]).await;
    assert_eq!(second.status, 200, "{}", second.body);
    // A retry is checked as well.
    service.refresh(&first.refresh(), &[("scope", "reports:read")]).await.is_error(400, "invalid_scope");
    assert_eq!(service.refresh(&first.refresh(), &[]).await.refresh(), second.refresh());
}

#[tokio::test]
async fn rfc6749_s6_another_client_can_neither_use_a_refresh_token_nor_end_its_session() {
    let service = Service::start().await;
    let secret = ("client_secret", SECRET);
    let clients: [&[(&str, &str)]; 3] = [&[], &[("client_id", "app")], &[("client_id", "backend"), secret]];
    for (owner, of_owner) in clients.iter().enumerate() {
        let first = service.password(of_owner).await.refresh();
        for (stranger, of_stranger) in clients.iter().enumerate() {
            if stranger != owner {
                service.refresh(&first, of_stranger).await.is_error(400, "invalid_grant");
            }
        }
        let second = service.refresh(&first, of_owner).await.refresh();
        // The used token, long after the leeway, sent by another client.
        service.advance(60);
        service.refresh(&first, clients[(owner + 1) % 3]).await.is_error(400, "invalid_grant");
        assert_eq!(service.refresh(&second, of_owner).await.status, 200, "another client ended the session");
    }
}

#[tokio::test]
async fn the_refresh_route_refuses_tokens_of_other_clients() {
    let service = Service::start().await;
    let of_app = service.password(&[("client_id", "app")]).await.refresh();
    let form = [("refresh_token", of_app.as_str())];
    assert_eq!(service.post("/auth/refresh", &form).await.status, 401);
    assert_eq!(service.refresh(&of_app, &[("client_id", "app")]).await.status, 200);
    let own = service.password(&[]).await.refresh();
    let own = service.post("/auth/refresh", &[("refresh_token", &own)]).await.refresh();
    assert_eq!(service.refresh(&own, &[("client_id", "api")]).await.status, 200);
}

#[tokio::test]
async fn rfc9700_s4_14_2_a_replay_after_the_leeway_ends_its_family_and_no_other() {
    let service = Service::start().await;
    let phone = service.password(&[]).await;
    let laptop = service.password(&[]).await;
    let second = service.refresh(&phone.refresh(), &[]).await;
    service.advance(10);
    service.refresh(&phone.refresh(), &[]).await.is_error(400, "invalid_grant");
    service.refresh(&second.refresh(), &[]).await.is_error(400, "invalid_grant");
    assert_eq!(service.me(&second.access()).await, 401, "an access token outlived its family");
    assert_eq!(service.me(&laptop.access()).await, 200);
    assert_eq!(service.refresh(&laptop.refresh(), &[]).await.status, 200);
}

#[tokio::test]
async fn rfc9700_s4_14_2_a_replay_is_detected_whatever_else_the_request_contains() {
    let service = Service::start().await;
    let first = service.password(&[("scope", "profile")]).await;
    let second = service.refresh(&first.refresh(), &[]).await;
    service.advance(10);
    service.refresh(&first.refresh(), &[("scope", "admin")]).await.is_error(400, "invalid_grant");
    assert_eq!(service.me(&second.access()).await, 401, "a scope hid the replay");
}

#[tokio::test]
async fn a_retry_within_the_leeway_gets_the_same_successor() {
    let service = Service::start().await;
    let first = service.password(&[]).await;
    let second = service.refresh(&first.refresh(), &[]).await.refresh();
    service.advance(9);
    assert_eq!(service.refresh(&first.refresh(), &[]).await.refresh(), second);
}

#[tokio::test]
async fn a_session_has_an_idle_and_an_absolute_lifetime() {
    let service = Service::start().await;
    let mut refresh = service.password(&[]).await.refresh();
    for _ in 0..4 {
        service.advance(6 * DAY);
        refresh = service.refresh(&refresh, &[]).await.refresh();
    }
    // After 24 of 30 days; tokens issued from now on end with the session.
    service.advance(6 * DAY - 60);
    let last = service.refresh(&refresh, &[]).await;
    assert_eq!(last.json()["expires_in"], 60);
    service.advance(59);
    assert_eq!(service.me(&last.access()).await, 200);
    service.advance(1);
    service.refresh(&last.refresh(), &[]).await.is_error(400, "invalid_grant");
    assert_eq!(service.me(&last.access()).await, 401, "an access token outlived its session's end");
    assert_eq!(service.auth.sessions(&service.subject, Page::first(10)).await.unwrap(), []);

    let idle = service.password(&[]).await.refresh();
    service.advance(7 * DAY);
    service.refresh(&idle, &[]).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_long_idle_lifetime_is_not_cut_by_an_unset_absolute_lifetime() {
    let service = Service::start_with(|builder| builder.refresh_ttl(Duration::from_secs(60 * DAY))).await;
    let refresh = service.password(&[]).await.refresh();
    service.advance(60 * DAY - 1);
    assert_eq!(service.refresh(&refresh, &[]).await.status, 200);
}

#[tokio::test]
async fn a_disabled_subject_cannot_refresh() {
    let store = MemoryStore::default();
    let service = Service::start_with(|builder| builder.store(store.clone())).await;
    let tokens = service.password(&[]).await;
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&service.subject, inactive, Audit::none()).await.unwrap();
    service.refresh(&tokens.refresh(), &[]).await.is_error(400, "invalid_grant");
    service.password(&[]).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn another_client_does_not_end_the_session_of_a_disabled_subject() {
    let store = MemoryStore::default();
    let service = Service::start_with(|builder| builder.store(store.clone())).await;
    let (app, backend) = ([("client_id", "app")], [("client_id", "backend"), ("client_secret", SECRET)]);
    let refresh = service.password(&app).await.refresh();
    let inactive = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&service.subject, inactive, Audit::none()).await.unwrap();
    let stored = async || {
        let page = Page::first(10);
        auth_core::store::SessionStore::list(&store, &service.subject, 0, Timestamp::from_secs(0), page)
            .await
            .unwrap()
            .len()
    };
    service.refresh(&refresh, &backend).await.is_error(400, "invalid_grant");
    assert_eq!(stored().await, 1, "another client ended the session");
    // A request of its own client does end it, with the same answer.
    service.refresh(&refresh, &app).await.is_error(400, "invalid_grant");
    assert_eq!(stored().await, 0);
}

#[tokio::test]
async fn a_password_change_ends_sessions_that_began_with_the_old_one() {
    let store = MemoryStore::default();
    let service = Service::start_with(|builder| builder.store(store.clone())).await;
    let tokens = service.password(&[]).await;
    let user = store.find_by_id(&service.subject).await.unwrap().unwrap();
    store
        .set_password(&service.subject, user.state.version, &user.password_hash.unwrap(), Audit::none())
        .await
        .unwrap();
    assert_eq!(service.me(&tokens.access()).await, 401);
    service.refresh(&tokens.refresh(), &[]).await.is_error(400, "invalid_grant");
    assert_eq!(
        service.auth.sessions(&service.subject, Page::first(10)).await.unwrap(),
        [],
        "a remaining session is listed"
    );
}

/// A user store that can be unavailable.
#[derive(Clone, Default)]
struct Users {
    store: MemoryStore,
    away: Arc<AtomicBool>,
}

impl Users {
    fn there(&self) -> Result<&MemoryStore, StoreError> {
        if self.away.load(Ordering::SeqCst) { Err(StoreError::unavailable("away")) } else { Ok(&self.store) }
    }
}

#[async_trait]
impl UserStore for Users {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.there()?.find_by_login(login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.there()?.find_by_id(id).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        self.there()?.set_password(id, version, hash, audit).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        self.there()?.revoke_tokens(id, audit).await
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.there()?.upgrade_hash(id, old, new, audit).await
    }
}

#[async_trait]
impl UserRegistry for Users {
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        self.there()?.create(user, audit).await
    }
}

#[tokio::test]
async fn an_unavailable_user_store_ends_no_session() {
    let users = Users::default();
    let service = Service::start_with(|builder| builder.registry(users.clone())).await;
    let refresh = service.password(&[]).await.refresh();
    users.away.store(true, Ordering::SeqCst);
    service.refresh(&refresh, &[]).await.is_error(503, "temporarily_unavailable");
    users.away.store(false, Ordering::SeqCst);
    // Long after the leeway: had the token been spent, this would be a replay.
    service.advance(3600);
    assert_eq!(service.refresh(&refresh, &[]).await.status, 200);
}

#[tokio::test]
async fn a_too_long_login_name_is_not_looked_up() {
    let users = Users::default();
    let service = Service::start_with(|builder| builder.registry(users.clone())).await;
    users.away.store(true, Ordering::SeqCst);
    for (len, status, error) in [(1024, 503, "temporarily_unavailable"), (1025, 400, "invalid_grant")] {
        let name = "a".repeat(len);
        let form = [("grant_type", "password"), ("username", name.as_str()), ("password", PASSWORD)];
        service.token(&form).await.is_error(status, error);
    }
}
