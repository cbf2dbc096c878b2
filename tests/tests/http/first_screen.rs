//! The first screen of the README, compiled and called.

#![allow(clippy::unused_async, reason = "handlers are async whether they wait or not")]

use auth_core::store::{MemoryStore, StoreError};
use auth_core::token::SigningKey;
use auth_core::{Context, Login, Registration};
use axum::extract::FromRef;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{INSUFFICIENT, NO_CREDENTIAL, PASSWORD};

// README
use auth_core::prelude::*;
use axum::extract::{Path, State};
use axum::{Json, Router};

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

#[require_auth]
async fn me(CurrentUser(user): CurrentUser<User>) -> Json<User> {
    Json(user)
}

#[require_role(Admin, Moderator)] // any of them, or a role that includes one
async fn delete_user(Path(id): Path<UserId>, State(users): State<Users>) -> Result<StatusCode, AppError> {
    users.delete(&id).await
}

#[require_auth]
#[authorize(user.id == id || user.role == Role::Admin)] // plain Rust, over the handler's own parameters
async fn edit_user(
    CurrentUser(user): CurrentUser<User>,
    Path(id): Path<UserId>,
    Json(patch): Json<Patch>, // read only after the condition held
) -> Result<Json<User>, AppError> {
    patch.apply(user, &id).await
}

#[api_key(scope = "reports:read")]
async fn report(key: ApiKeyIdentity) -> Json<Report> {
    Json(Report::made_for(key.name()))
}

#[public]
async fn health() -> &'static str {
    "ok"
}

guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m"))); // a named policy, declared once

#[require(StaffOnDuty)]
async fn purge(guard: Guard<StaffOnDuty>, State(users): State<Users>) -> StatusCode {
    users.purge(guard.proof()).await // callable only with a proof that the policy is met
}

fn app(auth: &Auth, state: AppState) -> Router {
    GuardedRouter::new() // accepts only guarded handlers
        .route("/users/me", get(me))
        .route("/users/{id}", delete(delete_user).patch(edit_user))
        .route("/reports", get(report))
        .route("/purge", post(purge))
        .route("/health", get(health))
        .merge(auth.routes()) // /auth/login, /auth/refresh, …
        .with_state(state) // an axum::Router from here on
}
// README

type UserId = SubjectId;
type AppError = StatusCode;

#[derive(Clone, FromRef)]
struct AppState {
    auth: Auth,
    users: Users,
}

#[derive(Clone)]
struct Users;

impl Users {
    async fn delete(&self, id: &UserId) -> Result<StatusCode, AppError> {
        if id.as_str() == "unknown" { Err(StatusCode::NOT_FOUND) } else { Ok(StatusCode::NO_CONTENT) }
    }

    async fn purge(&self, _by: &Proof<StaffOnDuty>) -> StatusCode {
        StatusCode::NO_CONTENT
    }
}

#[derive(Serialize)]
struct User {
    id: UserId,
    #[serde(skip)]
    role: Role,
}

impl FromSubject<AppState> for User {
    async fn from_subject(identity: &Identity, _: &AppState) -> Result<Option<Self>, StoreError> {
        let role = if identity.has_role(Role::Admin) { Role::Admin } else { Role::User };
        Ok(Some(Self { id: identity.subject().clone(), role }))
    }
}

#[derive(Deserialize)]
struct Patch {}

impl Patch {
    async fn apply(self, user: User, _: &UserId) -> Result<Json<User>, AppError> {
        Ok(Json(user))
    }
}

#[derive(Serialize)]
struct Report(String);

impl Report {
    fn made_for(name: &str) -> Self {
        Self(name.to_owned())
    }
}

#[tokio::test]
async fn the_first_screen_does_what_it_says() {
    let secret = "signing secret of the first screen's test".to_owned().into();
    let auth = Auth::builder(SigningKey::hs256(&secret).unwrap(), "https://api.example", "quickstart")
        .store(MemoryStore::new())
        .scopes(["duty"])
        .build()
        .unwrap();
    for (email, role) in [("ada@example.com", Role::User), ("root@example.com", Role::Admin)] {
        auth.register(&Context::system("test"), Registration::new(email, PASSWORD.to_owned()).with_roles([role]))
            .await
            .unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = auth_tests::Client::new(&format!("http://{}", listener.local_addr().unwrap()));
    let app = app(&auth, AppState { auth: auth.clone(), users: Users });
    tokio::spawn(async move { axum::serve(listener, app).await });

    let ada = client.login("ada@example.com", PASSWORD).await.access;
    let mut login = Login::new("root@example.com", PASSWORD.to_owned());
    login.scope = Some("duty".to_owned());
    let root = auth.login(&Context::system("test"), login).await.unwrap().access.expose().to_owned();
    assert_eq!(client.get("/health").await.text, "ok");
    client.get("/users/me").await.is_challenge(401, NO_CREDENTIAL);
    let me = client.get_as(&ada, "/users/me").await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/reports").await.status, 401);

    let delete = reqwest::Method::DELETE;
    client.call_as(&ada, delete.clone(), "/users/1").await.is_challenge(403, INSUFFICIENT);
    assert_eq!(client.call_as(&root, delete.clone(), "/users/1").await.status, 204);
    assert_eq!(client.call_as(&root, delete, "/users/unknown").await.status, 404);

    let (patch, own) = (reqwest::Method::PATCH, format!("/users/{me}"));
    assert_eq!(client.json_as(&ada, patch.clone(), &own, &serde_json::json!({})).await.status, 200);
    let other = client.send(client.request(patch, "/users/1").bearer_auth(&ada).body("{")).await;
    other.is_challenge(403, INSUFFICIENT);

    assert_eq!(client.call_as(&root, reqwest::Method::POST, "/purge").await.status, 204);
    assert_eq!(client.call_as(&ada, reqwest::Method::POST, "/purge").await.status, 403);
}
