//! API keys by self-service, derived from others, and imported; their metadata.

mod derived;
mod imported;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth_core::event::{Event, EventKind, EventSink};
use auth_core::prelude::*;
use auth_core::store::{
    AccountPatch, ApiKeyRecord, ApiKeyStore as _, Audit, AuditFilter, MemoryStore, Page, ParentKey, UserDirectory as _,
};
use auth_core::token::TokenHash;
use auth_core::{AccountError, ApiKeyId, Context, CredentialSource, IssuedApiKey, NewApiKey, Refusal, StaticApiKey};
use axum::extract::{FromRequestParts as _, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::service::{INVALID, Role, Service, let_in, refused_with_key};

guard!(AdminOnly = role(Admin));
guard!(AnyUser = auth);
guard!(RecentAdmin = all(role(Admin), fresh("10m")));

#[api_key]
async fn ping(key: ApiKeyIdentity) -> axum::Json<Value> {
    axum::Json(key.metadata().cloned().unwrap_or_default())
}

/// Whose key it is.
#[api_key]
async fn owner(key: ApiKeyIdentity) -> String {
    key.owner().map_or_else(|| "without an owner".to_owned(), ToString::to_string)
}

#[api_key(scope = "reports:read")]
async fn read() {}

#[api_key(scope = "reports:write")]
async fn write() {}

/// Derives a key for reading, with the scopes in the body.
#[api_key]
async fn derive(
    key: ApiKeyIdentity,
    context: Context,
    State(auth): State<Auth>,
    scopes: String,
) -> Result<String, Refusal> {
    let new = NewApiKey { scopes: scopes.split_whitespace().map(Into::into).collect(), ..NewApiKey::new("derived") };
    Ok(auth.derive_api_key(&context, &key, new).await?.key.expose().to_owned())
}

/// Makes a key by `create` or `derive` after the caller's owner, or the caller, was changed, as the body says: `none`, `role`,
/// `state` or `revoke`.
#[api_key]
async fn late(key: ApiKeyIdentity, context: Context, State(auth): State<Auth>, order: String) -> Result<(), Refusal> {
    let (operation, change) = order.split_once(' ').unwrap();
    let owner = key.owner().unwrap();
    let patch = match change {
        "role" => AccountPatch { roles: Some(vec![Role::User.to_string().into()]), ..AccountPatch::default() },
        "state" => AccountPatch { active: Some(false), ..AccountPatch::default() },
        _ => AccountPatch::default(),
    };
    auth.update_account(&system(), owner, patch).await?;
    if change == "revoke" {
        auth.revoke_api_key(&system(), key.id()).await?;
    }
    match operation {
        "create" => auth.create_api_key(&context, owner, NewApiKey::new("late")).await?,
        _ => auth.derive_api_key(&context, &key, NewApiKey::new("late")).await?,
    };
    Ok(())
}

/// Creates, derives or rotates a key of the caller: `create SCOPES`, `derive ID SCOPES` or `rotate ID`.
#[require_auth]
async fn own(
    identity: Identity,
    context: Context,
    State(auth): State<Auth>,
    order: String,
) -> Result<(StatusCode, String), Refusal> {
    let mut words = order.split_whitespace();
    let verb = words.next().unwrap();
    let id = |text: &str| text.parse::<ApiKeyId>().unwrap();
    let new =
        |scopes: Vec<&str>| NewApiKey { scopes: scopes.into_iter().map(Into::into).collect(), ..NewApiKey::new("own") };
    let issued = match verb {
        "create" => auth.create_own_api_key(&context, &identity, new(words.collect())).await?,
        "derive" => {
            let parent = id(words.next().unwrap());
            auth.derive_own_api_key(&context, &identity, &parent, new(words.collect())).await?
        }
        _ => auth.rotate_own_api_key(&context, &identity, &id(words.next().unwrap())).await?,
    };
    Ok((StatusCode::CREATED, issued.key.expose().to_owned()))
}

fn app(auth: &Auth) -> axum::Router {
    GuardedRouter::new()
        .route("/ping", get(ping))
        .route("/owner", get(owner))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/derive", post(derive))
        .route("/late", post(late))
        .route("/own", post(own))
        .merge(auth.routes().own_api_keys::<AnyUser>())
        .with_state(auth.clone())
}

async fn service() -> Service {
    Service::start_with(|builder| builder.api_key_owner::<AdminOnly>().own_api_key_owner::<AnyUser>(), app).await
}

fn system() -> Context {
    Context::system("test")
}

fn scoped(name: &str, scopes: &[&str]) -> NewApiKey {
    NewApiKey { scopes: scopes.iter().map(|&scope| scope.into()).collect(), ..NewApiKey::new(name) }
}

/// A key for reading and writing.
async fn parent(service: &Service) -> IssuedApiKey {
    let owner = service.user(&[Role::Admin]).await;
    let new = NewApiKey {
        expires_in: Some(Duration::from_hours(48)),
        ..scoped("parent", &["reports:read", "reports:write"])
    };
    service.auth.create_api_key(&system(), &owner, new).await.unwrap()
}

async fn post_derive(service: &Service, key: &str, scopes: &str) -> (u16, String) {
    let request = service.request(reqwest::Method::POST, "/derive").header("x-api-key", key);
    let response = request.body(scopes.to_owned()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn post_own(service: &Service, token: &str, order: &str) -> (u16, String) {
    let request = service.request(reqwest::Method::POST, "/own").bearer_auth(token);
    let response = request.body(order.to_owned()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn derived(service: &Service, key: &str, scopes: &str) -> String {
    let (status, key) = post_derive(service, key, scopes).await;
    assert_eq!(status, 200, "{key}");
    key
}

/// What a handler has of a request with this key, whose body may take long.
async fn begun(service: &Service, key: &str) -> (ApiKeyIdentity, Context) {
    let request = axum::http::Request::builder().header("x-api-key", key);
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let identity = ApiKeyIdentity::from_request_parts(&mut parts, &service.auth).await.unwrap();
    (identity, Context::from_request_parts(&mut parts, &service.auth).await.unwrap())
}

#[tokio::test]
async fn a_key_that_expired_or_was_rotated_out_during_its_request_changes_nothing() {
    for end in ["still there", "expiry", "expiry above", "rotation", "rotation above"] {
        let service = service().await;
        let above = parent(&service).await;
        let below = derived(&service, above.key.expose(), "reports:read").await;
        let key = if end.ends_with("above") { &below } else { above.key.expose() };
        let (identity, context) = begun(&service, key).await;
        match end {
            "still there" => {}
            "expiry" | "expiry above" => service.wait(Duration::from_hours(48)),
            // Two, since the secret before is valid for the overlap.
            _ => {
                for _ in 0..2 {
                    service.auth.rotate_api_key(&system(), &above.record.id).await.unwrap();
                }
            }
        }
        let created = service.auth.create_api_key(&context, &above.record.owner, NewApiKey::new("late")).await;
        let derived = service.auth.derive_api_key(&context, &identity, NewApiKey::new("late")).await;
        if end == "still there" {
            assert!(created.is_ok() && derived.is_ok());
            continue;
        }
        assert_eq!(created.unwrap_err(), AccountError::CallerChanged, "{end}");
        assert_eq!(derived.unwrap_err(), AccountError::CallerChanged, "{end}");
    }
}

#[tokio::test]
async fn a_session_that_ended_during_its_request_changes_nothing() {
    let service = service().await;
    let user = service.user(&[Role::Admin]).await;
    let token = service.token_of(&user, "pwd", "").await;
    let request = axum::http::Request::builder().header("authorization", format!("Bearer {token}"));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    Identity::from_request_parts(&mut parts, &service.auth).await.unwrap();
    let context = Context::from_request_parts(&mut parts, &service.auth).await.unwrap();
    service.auth.create_api_key(&context, &user, NewApiKey::new("in time")).await.unwrap();
    service.wait(Duration::from_hours(24 * 366 * 10));
    let late = service.auth.create_api_key(&context, &user, NewApiKey::new("late")).await;
    assert_eq!(late.unwrap_err(), AccountError::CallerChanged);
}

#[tokio::test]
async fn a_key_of_the_configuration_has_no_owner_and_none_is_derived_from_it() {
    let text = "w8Jp-2vQm.Zt4xKc7RyN1sHd6Gj0PaE5";
    let key = StaticApiKey::new("ci", TokenHash::of(text)).unwrap().scopes(["reports:read"]);
    let service = Service::start_with(|builder| builder.static_api_key(key), app).await;
    assert_eq!(service.with_key("/read", text).await, let_in());
    assert_eq!(service.with_key("/write", text).await.status, 403);
    let response = service.get("/owner").header("x-api-key", text).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "without an owner");
    assert_eq!(post_derive(&service, text, "reports:read").await.0, 422);
}

#[tokio::test]
async fn a_hash_is_read_from_hexadecimal_digits() {
    let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(TokenHash::from_hex(of_abc).is_some_and(|hash| hash == TokenHash::of("abc")));
    assert!(TokenHash::from_hex(&of_abc.to_uppercase()).is_some_and(|hash| hash == TokenHash::of("abc")));
    for wrong in
        ["", &of_abc[1..], &of_abc[2..], &format!("{of_abc}0"), &of_abc.replace('b', "g"), &"\u{e4}".repeat(32)]
    {
        assert!(TokenHash::from_hex(wrong).is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn a_subject_makes_keys_within_the_scopes_of_its_token() {
    let service = service().await;
    let user = service.user(&[Role::User]).await;
    let broad = service.token_of(&user, "pwd", "reports:read").await;
    let narrow = service.token_of(&user, "pwd", "").await;
    assert_eq!(post_own(&service, &narrow, "create reports:read").await.0, 400);
    assert_eq!(post_own(&service, &broad, "create reports:write").await.0, 400);
    let (status, key) = post_own(&service, &broad, "create reports:read").await;
    assert_eq!(status, 201, "{key}");
    assert_eq!(service.with_key("/read", &key).await, let_in());

    let id = service.auth.api_keys_of(&user, Page::first(1)).await.unwrap()[0].id.clone();
    for order in [format!("rotate {id}"), format!("derive {id} reports:read")] {
        assert_eq!(post_own(&service, &narrow, &order).await.0, 400, "{order}: a narrow token got a broad key");
        let (status, key) = post_own(&service, &broad, &order).await;
        assert_eq!(status, 201, "{order}: {key}");
        assert_eq!(service.with_key("/read", &key).await, let_in());
    }
}

#[tokio::test]
async fn keys_of_others_are_not_found() {
    let service = service().await;
    let (auth, foreign) = (&service.auth, parent(&service).await);
    let user = service.user(&[Role::User]).await;
    let token = service.token_of(&user, "pwd", "reports:read reports:write").await;
    let id = &foreign.record.id;
    for order in [format!("rotate {id}"), format!("derive {id}")] {
        assert_eq!(post_own(&service, &token, &order).await.0, 404, "{order}");
    }
    let missing = AccountError::NotFound { what: "API key" };
    assert_eq!(auth.rotate_api_key_of(&system(), &user, id).await.unwrap_err(), missing);
    assert_eq!(auth.revoke_api_key_of(&system(), &user, id).await.unwrap_err(), missing);
    assert_eq!(service.with_key("/read", foreign.key.expose()).await, let_in());
    assert!(auth.api_keys_of(&user, Page::first(10)).await.unwrap().is_empty());
}

/// Whose account another node removes when its key has just been made.
struct Removal(Arc<OnceLock<MemoryStore>>);

#[async_trait::async_trait]
impl EventSink for Removal {
    async fn record(&self, event: Event) {
        if let (EventKind::ApiKeyCreated { subject, .. }, Some(store)) = (&event.kind, self.0.get()) {
            assert!(store.remove(subject, Audit::none()).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_key_has_an_owner_that_exists() {
    let other_node = Arc::new(OnceLock::new());
    let service = Service::start_with(|builder| builder.events(Removal(Arc::clone(&other_node))), app).await;
    let (auth, unknown) = (&service.auth, SubjectId::random());
    let missing = AccountError::NotFound { what: "user" };
    let created = auth.create_api_key(&system(), &unknown, NewApiKey::new("of none")).await;
    assert_eq!(created.unwrap_err(), missing);
    let imported = auth.import_api_key(&system(), &unknown, TokenHash::of("old"), NewApiKey::new("of none")).await;
    assert_eq!(imported.unwrap_err(), missing);
    let filter = AuditFilter { subject: Some(unknown), ..AuditFilter::default() };
    assert_eq!(auth.events(&filter, 10).await.unwrap(), [], "no key was made for a moment");

    let owner = service.user(&[]).await;
    auth.create_api_key(&system(), &owner, NewApiKey::new("in time")).await.unwrap();
    assert!(other_node.set(service.store.clone()).is_ok());
    let late = auth.create_api_key(&system(), &owner, NewApiKey::new("late")).await;
    assert_eq!(late.unwrap_err(), missing);
    assert!(auth.api_keys(Page::first(10)).await.unwrap().is_empty());
}

/// A key of a route that demands a recent authentication has an owner that never authenticates.
#[tokio::test]
async fn routes_of_more_than_roles_have_a_policy_for_owners_beside_their_own() {
    let service = Service::start(|auth| {
        let routes = auth.routes().api_keys_owned_by::<RecentAdmin, AdminOnly>();
        GuardedRouter::new().route("/read", get(read)).merge(routes).with_state(auth.clone())
    })
    .await;
    let admin = service.user(&[Role::Admin]).await;
    let token = service.token_of(&admin, "pwd", "").await;
    let create = async || {
        let request = service.request(reqwest::Method::POST, "/auth/api-keys").bearer_auth(&token);
        let new = json!({ "name": "by an admin", "scopes": ["reports:read"] });
        let response = request.json(&new).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (status, made) = create().await;
    assert_eq!(status, 201, "{made}");
    let key = made["key"].as_str().unwrap();
    assert_eq!(service.with_key("/read", key).await, let_in());
    service.wait(Duration::from_mins(11));
    assert_eq!(create().await.0, 401, "no longer recent");
    assert_eq!(service.with_key("/read", key).await, let_in());
    let patch = AccountPatch { roles: Some(Vec::new()), ..AccountPatch::default() };
    service.auth.update_account(&system(), &admin, patch).await.unwrap();
    assert_eq!(service.with_key("/read", key).await, refused_with_key(401, INVALID));
}

#[tokio::test]
async fn a_named_policy_for_owners_is_not_widened_by_mounted_routes() {
    let app = |auth: &Auth| {
        let routes = auth.routes().api_keys::<AnyUser>().own_api_keys::<AnyUser>();
        GuardedRouter::new().route("/ping", get(ping)).merge(routes).with_state(auth.clone())
    };
    let set = |builder: auth_core::AuthBuilder| builder.api_key_owner::<AdminOnly>().own_api_key_owner::<AdminOnly>();
    let service = Service::start_with(set, app).await;
    for (role, status) in [(Role::Admin, 200), (Role::User, 401)] {
        let owner = service.user(&[role]).await;
        let made = service.auth.create_api_key(&system(), &owner, NewApiKey::new("made")).await.unwrap();
        let token = service.token_of(&owner, "pwd", "").await;
        let request = service.request(reqwest::Method::POST, "/auth/api-keys/mine").bearer_auth(&token);
        let mine = request.json(&json!({ "name": "mine" })).send().await.unwrap().json::<Value>().await.unwrap();
        for key in [made.key.expose(), mine["key"].as_str().unwrap()] {
            assert_eq!(service.with_key("/ping", key).await.status, status, "{role:?}");
        }
    }
}

#[tokio::test]
async fn keys_by_self_service_have_an_owner_policy_of_their_own() {
    let service = service().await;
    let user = service.user(&[Role::User]).await;
    let token = service.token_of(&user, "pwd", "reports:read").await;
    let (_, own) = post_own(&service, &token, "create reports:read").await;
    let less = derived(&service, &own, "reports:read").await;
    let made = service.auth.create_api_key(&system(), &user, scoped("made", &["reports:read"])).await.unwrap().key;
    assert_eq!(service.with_key("/read", &own).await, let_in());
    assert_eq!(service.with_key("/read", &less).await, let_in());
    // The owner is no admin: the policy of self-service must not keep this one alive.
    assert_eq!(service.with_key("/read", made.expose()).await, refused_with_key(401, INVALID));
}

#[tokio::test]
async fn metadata_are_an_object_of_bounded_size() {
    let service = Service::start(app).await;
    let owner = service.user(&[]).await;
    let metadata = json!({ "environment": "staging", "\u{e4}": [1, null] });
    let new = |metadata| NewApiKey { metadata: Some(metadata), ..NewApiKey::new("with data") };
    let key = service.auth.create_api_key(&system(), &owner, new(metadata.clone())).await.unwrap().key;
    let response = service.get("/ping").header("x-api-key", key.expose()).send().await.unwrap();
    assert_eq!(response.json::<Value>().await.unwrap(), metadata);
    for wrong in [json!(null), json!([]), json!("text"), json!(1), json!({ "a": "a".repeat(4_096) })] {
        let refused = service.auth.create_api_key(&system(), &owner, new(wrong)).await;
        assert!(matches!(refused, Err(AccountError::InvalidInput { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn the_ready_routes_of_self_service_call_the_operations() {
    let service = service().await;
    let user = service.user(&[Role::User]).await;
    let token = service.token_of(&user, "pwd", "reports:read reports:write").await;
    let other = service.token_of(&service.user(&[]).await, "pwd", "reports:read").await;
    let send = async |method: &str, path: &str, token: &str, body: Option<Value>| {
        let request = service.request(method.parse().unwrap(), path).bearer_auth(token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap_or_default())
    };
    let mine = "/auth/api-keys/mine";
    let new = json!({ "name": "mine", "scopes": ["reports:read", "reports:write"], "metadata": { "team": 7 } });
    let (status, made) = send("POST", mine, &token, Some(new)).await;
    assert_eq!((status, &made["metadata"]["team"]), (201, &json!(7)), "{made}");
    let (key, path) = (made["key"].as_str().unwrap(), format!("{mine}/{}", made["id"].as_str().unwrap()));
    assert_eq!(service.with_key("/write", key).await, let_in());

    let less = json!({ "name": "less", "scopes": ["reports:read"] });
    let (status, derived) = send("POST", &format!("{path}/derive"), &token, Some(less.clone())).await;
    assert_eq!((status, &derived["parent"]), (201, &made["id"]), "{derived}");
    let (status, by_key) = send("POST", "/auth/api-keys/derive", key, Some(less)).await;
    assert_eq!((status, &by_key["parent"]), (201, &made["id"]), "{by_key}");

    let (status, listed) = send("GET", mine, &token, None).await;
    assert_eq!((status, listed.as_array().unwrap().len()), (200, 3), "{listed}");
    assert!(listed.as_array().unwrap().iter().all(|key| key.get("key").is_none()), "a secret is listed");
    assert_eq!(send("GET", mine, &other, None).await, (200, json!([])));
    for (method, path) in [("POST", format!("{path}/rotate")), ("DELETE", path.clone())] {
        assert_eq!(send(method, &path, &other, None).await.0, 404, "{method} {path}");
    }
    let (status, rotated) = send("POST", &format!("{path}/rotate"), &token, None).await;
    assert_eq!((status, &rotated["id"]), (200, &made["id"]), "{rotated}");
    assert_eq!(send("DELETE", &path, &token, None).await.0, 204);
    for key in [key, rotated["key"].as_str().unwrap(), by_key["key"].as_str().unwrap()] {
        assert_eq!(service.with_key("/ping", key).await, refused_with_key(401, INVALID));
    }
    assert_eq!(service.anonymously(mine).await.status, 401);
}

#[tokio::test]
async fn a_key_whose_owner_loses_the_right_to_it_during_a_request_changes_nothing() {
    let service = service().await;
    for operation in ["create", "derive"] {
        for (change, status, keys) in [("none", 200, 2), ("role", 401, 1), ("state", 401, 1), ("revoke", 401, 0)] {
            let (above, order) = (parent(&service).await, format!("{operation} {change}"));
            let request = service.request(reqwest::Method::POST, "/late").header("x-api-key", above.key.expose());
            assert_eq!(request.body(order.clone()).send().await.unwrap().status(), status, "{order}");
            let left = service.auth.api_keys_of(&above.record.owner, Page::first(10)).await.unwrap();
            assert_eq!(left.len(), keys, "{order}");
        }
    }
}
