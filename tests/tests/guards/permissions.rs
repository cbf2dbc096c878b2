//! Permissions as data: roles whose permissions a store knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_core::event::EventKind;
use auth_core::prelude::*;
use auth_core::store::{AccountPatch, AuditFilter, RolePermissions, StoreError};
use auth_core::{AccountError, Context, Refusal};
use axum::extract::State;

use crate::service::{self, INSUFFICIENT, INVALID, NOTHING, Service, let_in, refused, refused_with_key};

#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    #[permission(rename = "users:read")]
    UsersRead,
    #[permission(rename = "users:write")]
    UsersWrite,
    #[permission(rename = "keys:manage")]
    KeysManage,
}

use Permission::{KeysManage, UsersRead, UsersWrite};

guard!(KeyOwner = permission(KeysManage));

#[require_permission(UsersRead)]
async fn read() {}

#[require_permission(UsersRead, UsersWrite)]
async fn edit() {}

#[require(any(permission(UsersWrite), api_key))]
async fn write_or_key() {}

#[require(auth, not(permission(UsersWrite)))]
async fn without() {}

#[require_auth]
async fn plain() {}

#[require_auth]
async fn by_hand(identity: Identity, State(auth): State<Auth>) -> Result<(), Refusal> {
    if auth.has_permission(&identity, UsersRead).await? { Ok(()) } else { Err(Refusal::Forbidden) }
}

#[require_auth]
#[authorize(auth.has_permission(&identity, UsersRead).await?)]
async fn by_condition(identity: Identity, State(auth): State<Auth>) -> Result<(), Refusal> {
    Ok(())
}

/// Changes or removes a role after the caller has lost its own.
#[require_permission(UsersWrite)]
async fn late(identity: Identity, context: Context, State(auth): State<Auth>, order: String) -> Result<(), Refusal> {
    let nothing = AccountPatch { roles: Some(Vec::new()), ..AccountPatch::default() };
    auth.update_account(&system(), identity.subject(), nothing).await?;
    match &*order {
        "remove" => auth.remove_role(&context, "support").await?,
        _ => auth.set_role_permissions(&context, "support", &[UsersWrite]).await?,
    }
    Ok(())
}

fn app(auth: &Auth) -> axum::Router {
    GuardedRouter::new()
        .route("/read", get(read))
        .route("/edit", get(edit))
        .route("/write-or-key", get(write_or_key))
        .route("/without", get(without))
        .route("/plain", get(plain))
        .route("/by-hand", get(by_hand))
        .route("/by-condition", get(by_condition))
        .route("/late", post(late))
        .with_state(auth.clone())
}

fn system() -> Context {
    Context::system("test")
}

async fn token(service: &Service, role: &str) -> String {
    service.token_of(&service.user_named(role).await, "pwd", "").await
}

#[tokio::test]
async fn a_role_has_the_permissions_that_it_was_given() {
    let service = Service::start(app).await;
    let auth = &service.auth;
    auth.set_role_permissions(&system(), "support", &[UsersRead]).await.unwrap();
    let token = token(&service, "support").await;
    for path in ["/read", "/without", "/by-hand", "/by-condition"] {
        assert_eq!(service.with_token(path, &token).await, let_in(), "{path}");
    }
    assert_eq!(service.with_token("/edit", &token).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_token("/write-or-key", &token).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_key("/write-or-key", &service.key(&[]).await).await, let_in());
    assert_eq!(service.anonymously("/read").await, refused(401, NOTHING));

    // Each change counts from the next request on.
    auth.set_role_permissions(&system(), "support", &[UsersWrite, UsersRead]).await.unwrap();
    assert_eq!(service.with_token("/edit", &token).await, let_in());
    assert_eq!(service.with_token("/without", &token).await.status, 403);
    let filter = AuditFilter { kind: Some("role_changed".into()), ..AuditFilter::default() };
    let changed = auth.events(&filter, 1).await.unwrap().remove(0).kind;
    let permissions = ["users:write", "users:read"].map(Into::into).into();
    assert_eq!(changed, EventKind::RoleChanged { role: "support".to_owned(), permissions });
    auth.remove_role(&system(), "support").await.unwrap();
    for path in ["/read", "/by-hand", "/by-condition"] {
        assert_eq!(service.with_token(path, &token).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_caller_who_loses_its_role_during_a_request_changes_no_role() {
    let service = Service::start(app).await;
    let auth = &service.auth;
    auth.set_role_permissions(&system(), "support", &[UsersRead]).await.unwrap();
    auth.set_role_permissions(&system(), "owner", &[UsersWrite]).await.unwrap();
    for order in ["set", "remove"] {
        let token = token(&service, "owner").await;
        let request = service.request(reqwest::Method::POST, "/late").bearer_auth(&token).body(order);
        assert_eq!(request.send().await.unwrap().status(), 401, "{order}");
        let roles = auth.stored_roles(None, 10).await.unwrap();
        let support = roles.iter().find(|role| &*role.name == "support").unwrap();
        assert_eq!(support.permissions.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["users:read"], "{order}");
    }
}

#[tokio::test]
async fn unknown_roles_and_unknown_permissions_grant_nothing() {
    let service = Service::start_with(|builder| builder.role_permissions(Tenant::default()), app).await;
    for role in ["Admin", "no such role", "*", "users:read"] {
        assert_eq!(service.with_token("/read", &token(&service, role).await).await.status, 403, "{role}");
    }
    assert_eq!(service.with_token("/read", &token(&service, "tenant-7:support").await).await, let_in());
    assert_eq!(service.with_token("/edit", &token(&service, "tenant-7:support").await).await.status, 403);
}

/// Roles in the application's own tables.
#[derive(Clone, Default)]
struct Tenant {
    is_down: Arc<AtomicBool>,
}

#[async_trait]
impl RolePermissions for Tenant {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("down"));
        }
        Ok(match role {
            "tenant-7:support" => vec!["users:read".into(), "users:WRITE".into(), "".into()],
            _ => Vec::new(),
        })
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_where_permissions_are_asked_for() {
    let tenant = Tenant::default();
    let is_down = Arc::clone(&tenant.is_down);
    let service = Service::start_with(|builder| builder.role_permissions(tenant), app).await;
    let token = token(&service, "tenant-7:support").await;
    is_down.store(true, Ordering::SeqCst);
    for path in ["/read", "/edit", "/write-or-key", "/without", "/by-hand", "/by-condition"] {
        assert_eq!(service.with_token(path, &token).await.status, 503, "{path}");
    }
    assert_eq!(service.with_token("/plain", &token).await, let_in());
    assert_eq!(service.anonymously("/read").await, refused(401, NOTHING));
    is_down.store(false, Ordering::SeqCst);
    assert_eq!(service.with_token("/read", &token).await, let_in(), "a failure is not cached");
}

#[tokio::test]
async fn a_changed_role_of_the_application_counts_after_an_invalidation() {
    let tenant = Tenant::default();
    let is_down = Arc::clone(&tenant.is_down);
    let hour = std::time::Duration::from_hours(1);
    let service = Service::start_with(|builder| builder.role_permissions(tenant).cache_ttl(hour), app).await;
    let token = token(&service, "tenant-7:support").await;
    assert_eq!(service.with_token("/read", &token).await, let_in());
    is_down.store(true, Ordering::SeqCst);
    assert_eq!(service.with_token("/read", &token).await, let_in(), "it is cached");
    service.auth.invalidate_all(&system()).await;
    assert_eq!(service.with_token("/read", &token).await.status, 503);
}

#[tokio::test]
async fn the_owner_of_a_key_needs_the_permission_at_each_use() {
    let service = Service::start_with(auth_core::AuthBuilder::api_key_owner::<KeyOwner>, app).await;
    let auth = &service.auth;
    auth.set_role_permissions(&system(), "operator", &[KeysManage]).await.unwrap();
    let key = service::key(auth, &service.user_named("operator").await, &[]).await;
    assert_eq!(service.with_key("/write-or-key", &key).await, let_in());
    auth.set_role_permissions(&system(), "operator", &[UsersRead]).await.unwrap();
    assert_eq!(service.with_key("/write-or-key", &key).await, refused_with_key(401, INVALID));
}

#[tokio::test]
async fn stored_roles_are_listed_by_name() {
    let service = Service::start(app).await;
    let auth = &service.auth;
    for role in ["b", "a", "c"] {
        auth.set_role_permissions(&system(), role, &[UsersRead, UsersRead]).await.unwrap();
    }
    let listed = auth.stored_roles(None, 2).await.unwrap();
    assert_eq!(listed.iter().map(|role| &*role.name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(listed[0].permissions.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["users:read"], "each once");
    assert_eq!(&*auth.stored_roles(Some("b"), 2).await.unwrap()[0].name, "c");
    for wrong in ["", " ", "a\nb", &"a".repeat(101)] {
        let refused = auth.set_role_permissions(&system(), wrong, &[UsersRead]).await;
        assert!(matches!(refused, Err(AccountError::InvalidInput { .. })), "{wrong:?}");
    }
    let missing = auth.remove_role(&system(), "unknown").await;
    assert_eq!(missing, Err(AccountError::NotFound { what: "role" }));
}

#[test]
fn a_permission_is_text_by_its_name() {
    assert_eq!(UsersRead.to_string(), "users:read");
    assert_eq!("users:write".parse(), Ok(UsersWrite));
    assert_eq!(serde_json::to_string(&[KeysManage]).unwrap(), r#"["keys:manage"]"#);
    assert_eq!(serde_json::from_str::<Permission>(r#""users:read""#).unwrap(), UsersRead);
    let unknown = serde_json::from_str::<Permission>(r#""users:eat""#).unwrap_err().to_string();
    assert!(unknown.starts_with("unknown permission `users:eat`"), "{unknown}");
    let policy = GuardedRouter::<Auth>::new().route("/edit", get(edit)).policy();
    assert_eq!(policy.routes()[0].requirement.to_string(), "all(permission(users:read), permission(users:write))");
}
