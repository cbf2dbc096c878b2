//! An existing table of users from a FastAPI application with `SQLAlchemy` and passlib.
//!
//! Only `users` is specific to it. Each user's bcrypt hash is verified at the next login and then replaced by Argon2id.
//! Registration, password change and reset are the ready routes; sessions, API keys, one-time tokens and the audit trail are in
//! the built-in store, in the same database.

mod users;

use auth_core::AuthBuilder;
use auth_core::prelude::*;
use auth_core::recovery::Delivery;
use auth_core::store::SqliteStore;

pub use users::LegacyUsers;

/// The role of `is_admin`.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Manages everything.
    Admin,
}

/// A guarded service over the application's table in the database of `store`. Messages go out by `delivery`.
///
/// # Errors
///
/// When the database or a setting is invalid.
pub async fn app(
    store: SqliteStore,
    builder: AuthBuilder,
    delivery: impl Delivery,
) -> Result<axum::Router, Box<dyn std::error::Error>> {
    let users = LegacyUsers::open(store.pool().clone()).await?;
    let auth = builder.store(store).registry(users).delivery(delivery).build()?;
    Ok(routes(&auth).with_state(auth))
}

/// The guarded routes, whose policy tests read.
pub fn routes(auth: &Auth) -> GuardedRouter<Auth> {
    GuardedRouter::new().route("/me", get(me)).route("/admin", get(admin)).merge(auth.routes())
}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[require_role(Admin)]
async fn admin() -> &'static str {
    "welcome"
}
