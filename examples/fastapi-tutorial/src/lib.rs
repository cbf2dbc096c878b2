//! The application of `FastAPI`'s tutorial on scopes: the same users, routes, JSON and error texts.
//!
//! README.md lists where it answers otherwise, because the tutorial contradicts an RFC or is unsafe.

mod errors;
mod token;
mod users;

use std::time::Duration;

use auth_core::Settings;
use auth_core::prelude::*;
use auth_core::store::SqliteStore;

use axum::Json;
use axum::extract::FromRef;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;
use users::{User, Users};

/// The state of the application.
#[derive(Clone)]
pub struct App {
    auth: Auth,
    users: Users,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

/// The application on the SQLite database at `url`, which is created with the tutorial's users.
///
/// # Errors
///
/// When the database cannot be opened or a setting is invalid.
pub async fn app(url: &str, settings: Settings) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let store = SqliteStore::open(url).await?;
    let users = Users::open(store.pool().clone()).await?;
    let auth = Auth::from_settings(settings)?
        .users(users.clone())
        .sessions(store.clone())
        .api_keys(store)
        .scopes(["me", "items"])
        .access_ttl(Duration::from_mins(30))
        .error_body(errors::detail())
        .build()?;
    Ok(routes().with_state(App { auth, users }))
}

/// Every route, and who may call it.
pub fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/token", post(token::login_for_access_token))
        .route("/users/me/", get(read_users_me))
        .route("/users/me/items/", get(read_own_items))
        .route("/status/", get(read_system_status))
        .fallback(not_found)
        .method_not_allowed_fallback(errors::method_not_allowed)
}

#[require_scope("me")]
async fn read_users_me(CurrentUser(user): CurrentUser<User>) -> Json<User> {
    Json(user)
}

#[derive(Serialize)]
struct Item {
    item_id: &'static str,
    owner: String,
}

#[require_scope("me", "items")]
async fn read_own_items(CurrentUser(user): CurrentUser<User>) -> Json<[Item; 1]> {
    Json([Item { item_id: "Foo", owner: user.username }])
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

#[require_auth]
async fn read_system_status() -> Json<Status> {
    Json(Status { status: "ok" })
}

/// As Starlette does: a path without its last slash is redirected.
#[public]
async fn not_found(uri: Uri) -> Response {
    let path = format!("{}/", uri.path());
    if ["/users/me/", "/users/me/items/", "/status/"].contains(&path.as_str()) {
        return Redirect::temporary(&path).into_response();
    }
    errors::not_found()
}
