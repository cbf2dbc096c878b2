//! An existing table of users from a FastAPI application with `SQLAlchemy` and passlib, used unchanged.
//!
//! Only `users` is specific to it. Each user's bcrypt hash is verified at the next login and then replaced by Argon2id;
//! sessions and API keys are in the built-in store, in the same file.

mod users;

use auth_core::prelude::*;
use auth_core::store::{SqliteStore, StoreError};
use auth_core::token::SigningKey;
use auth_core::{AuthBuilder, LegacyTokens};
use secrecy::SecretString;
use sqlx::SqlitePool;

pub use users::LegacyUsers;

/// The role of `is_admin`.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Manages everything.
    Admin,
}

/// A guarded service over the database in `pool`, which should be open with `foreign_keys(true)`. With `legacy` it also
/// accepts the application's access tokens, so that users stay logged in over the migration.
///
/// # Errors
///
/// When the database or a setting is invalid.
pub async fn app(
    pool: SqlitePool,
    secret: &SecretString,
    legacy: Option<LegacyTokens>,
) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let store = SqliteStore::with_pool(pool.clone()).await?;
    let builder = Auth::builder(SigningKey::hs256(secret)?, "https://api.example.com", "existing-users")
        .users(LegacyUsers::open(pool).await?)
        .sessions(store.clone())
        .api_keys(store);
    let auth = legacy.into_iter().fold(builder, AuthBuilder::legacy_tokens).build()?;
    let router = GuardedRouter::new().route("/me", get(me)).route("/admin", get(admin)).merge(auth.routes());
    Ok(router.with_state(auth))
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn admin() -> &'static str {
    "welcome"
}

/// Errors of the driver as errors of the store: 503, never "allowed".
fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::unavailable(error)
}
