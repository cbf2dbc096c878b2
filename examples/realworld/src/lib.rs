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
use auth_core::{CredentialSource, Settings};
use axum::extract::FromRef;
use database::Database;

/// The state of the service.
#[derive(Clone)]
pub struct App {
    auth: Auth,
    database: Database,
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

impl FromRef<App> for Database {
    fn from_ref(app: &App) -> Self {
        app.database.clone()
    }
}

/// The service on the SQLite or PostgreSQL database at `url`. An SQLite file is created when there is none.
///
/// # Errors
///
/// When the database cannot be opened or a setting is invalid.
pub async fn app(url: &str, settings: Settings) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let database = Database::open(url).await?;
    let auth = database
        .give_to(Auth::from_settings(settings)?)
        .credential_source(CredentialSource::scheme("Token"))
        // The clients of this API have passwords such as `jakejake`.
        .password_rules(PasswordRules::nist().min_chars(8).allow_guessable())
        .access_ttl(Duration::from_hours(24))
        .error_body(errors::body())
        .build()?;
    Ok(routes().with_state(App { auth, database }))
}

/// Every route, and who may call it.
pub fn routes() -> GuardedRouter<App> {
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
