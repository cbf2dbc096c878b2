//! An existing table of users from a FastAPI application with `SQLAlchemy` and passlib.
//!
//! Only the names of its columns are specific to it. Each user's bcrypt hash is verified at the next login and then replaced by Argon2id.
//! Registration, password change and reset are the ready routes; sessions, API keys, one-time tokens and the audit trail are in
//! the built-in store, in the same database.

use auth_core::AuthBuilder;
use auth_core::prelude::*;
use auth_core::recovery::Delivery;
use auth_core::sqlx::{SqlitePool, query, query_scalar};
use auth_core::store::{SqliteStore, UserTable};

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
    add_version(store.pool()).await?;
    let users = UserTable::new("users").whole_number_id("id").password_hash("hashed_password");
    let users =
        users.active("is_active").role("is_admin", Role::Admin).in_sqlite(store.pool()).await?.audited().await?;
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

/// Creates the table as the former application does, if there is none, and adds the column that grows with every new
/// password.
async fn add_version(pool: &SqlitePool) -> Result<(), auth_core::sqlx::Error> {
    let table = "CREATE TABLE IF NOT EXISTS users (
                     id INTEGER NOT NULL PRIMARY KEY, email VARCHAR NOT NULL UNIQUE,
                     hashed_password VARCHAR NOT NULL, is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL)";
    query(table).execute(pool).await?;
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('users') WHERE name = 'version')";
    if !query_scalar::<_, bool>(sql).fetch_one(pool).await? {
        query("ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 0").execute(pool).await?;
    }
    Ok(())
}
