//! The `RealWorld` API (Conduit): a blog on the application's own tables. Passwords, tokens and sessions are auth-core's.

mod account;
mod articles;
mod comments;
mod database;
mod errors;
mod profiles;
mod users;

use std::time::Duration;

use auth_core::password::PasswordRules;
use auth_core::prelude::*;
use auth_core::store::SqliteStore;
use auth_core::{CredentialSource, PolicyTable, Settings};
use axum::extract::FromRef;
use sqlx::SqlitePool;
use users::Users;

#[derive(Clone)]
struct App {
    auth: Auth,
    pool: SqlitePool,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

impl FromRef<App> for SqlitePool {
    fn from_ref(app: &App) -> Self {
        app.pool.clone()
    }
}

/// The service on the SQLite database at `url`, which is created when there is none.
///
/// # Errors
///
/// When the database cannot be opened or a setting is invalid.
pub async fn app(url: &str, settings: Settings) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let store = SqliteStore::open(url).await?;
    let pool = store.pool().clone();
    database::create(&pool).await?;
    let auth = Auth::from_settings(settings)?
        .users(Users::new(pool.clone()))
        .sessions(store.clone())
        .api_keys(store)
        .credential_source(CredentialSource::scheme("Token"))
        // The clients of this API have passwords such as `jakejake`.
        .password_rules(PasswordRules::nist().min_chars(8).allow_guessable())
        .access_ttl(Duration::from_hours(24))
        .error_body(errors::body())
        .build()?;
    Ok(routes().with_state(App { auth, pool }))
}

/// Who may call each route.
#[must_use]
pub fn policy() -> PolicyTable {
    routes().policy()
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/api/users/login", post(account::login))
        .route("/api/users", post(account::register))
        .route("/api/user", get(account::current).put(account::update))
        .route("/api/profiles/{username}", get(profiles::show))
        .route("/api/profiles/{username}/follow", post(profiles::follow).delete(profiles::unfollow))
        .route("/api/articles", get(articles::list).post(articles::create))
        .route("/api/articles/feed", get(articles::feed))
        .route("/api/articles/{slug}", get(articles::show).put(articles::update).delete(articles::remove))
        .route("/api/articles/{slug}/favorite", post(articles::favorite).delete(articles::unfavorite))
        .route("/api/articles/{slug}/comments", get(comments::list).post(comments::create))
        .route("/api/articles/{slug}/comments/{id}", delete(comments::remove))
        .route("/api/tags", get(articles::tags))
        .fallback(errors::unknown_path)
}
