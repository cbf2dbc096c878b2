//! A table of users of the application's own, described by the names of its columns.

mod statements;
mod users;

#[cfg(feature = "postgres")]
use sqlx::PgPool;
#[cfg(feature = "sqlite")]
use sqlx::SqlitePool;

use super::StoreError;
use crate::policy::Role;
use users::Pool;

pub use users::OwnUsers;

/// A table of users of the application's own, in SQLite or PostgreSQL, described by the names of its columns: a
/// [`UserRegistry`](crate::store::UserRegistry) without a statement of the application. What a table needs beyond it, a
/// [`UserStore`](crate::store::UserStore) of the application has.
///
/// The table has an id (text, or a whole number that the database makes), a unique e-mail address in lower case, a hash,
/// and a version: a whole number that begins with 0. A table without a version adds one by
/// `ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 0`.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::{SqliteStore, UserTable};
/// use auth_core::{Registration, sqlx};
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     Admin,
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::open("sqlite::memory:").await?;
/// let table = "CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, hashed_password TEXT NOT NULL,
///              is_admin BOOLEAN NOT NULL DEFAULT FALSE, version BIGINT NOT NULL DEFAULT 0)";
/// sqlx::query(table).execute(store.pool()).await?;
///
/// let people = UserTable::new("people").whole_number_id("id").password_hash("hashed_password").role("is_admin", Role::Admin);
/// # let builder = auth_core::testing::in_memory();
/// let auth = builder.registry(people.in_sqlite(store.pool()).await?).sessions(store.clone()).api_keys(store).build()?;
/// # let system = auth_core::Context::system("example");
/// let (ada, _) = auth.register(&system, Registration::new("ada@example.com", "three words and a comma")).await?;
/// assert_eq!(ada.as_str(), "1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is no store without a database; call `in_sqlite` or `in_postgres`"]
pub struct UserTable {
    table: &'static str,
    id: &'static str,
    has_whole_number_ids: bool,
    email: &'static str,
    password_hash: &'static str,
    version: &'static str,
    active: Option<&'static str>,
    created_at: Option<&'static str>,
    roles: Vec<(&'static str, &'static str)>,
    fields: Vec<&'static str>,
}

impl UserTable {
    /// A table with the columns `id`, `email`, `password_hash` and `version`. The name may be qualified by a schema:
    /// `public.users`.
    pub const fn new(table: &'static str) -> Self {
        Self {
            table,
            id: "id",
            has_whole_number_ids: false,
            email: "email",
            password_hash: "password_hash",
            version: "version",
            active: None,
            created_at: None,
            roles: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Names the column of the id, a text. A new user gets a random one.
    pub const fn id(mut self, column: &'static str) -> Self {
        (self.id, self.has_whole_number_ids) = (column, false);
        self
    }

    /// Names the column of the id, a whole number that the database makes for a new user.
    ///
    /// A registration ends what the id has from a removed user. In SQLite declare the column `INTEGER PRIMARY KEY
    /// AUTOINCREMENT`: otherwise the highest id of a removed user is that of the next one, whose events in the audit trail are
    /// then those of both.
    pub const fn whole_number_id(mut self, column: &'static str) -> Self {
        (self.id, self.has_whole_number_ids) = (column, true);
        self
    }

    /// Names the column of the e-mail address, which is unique and in lower case.
    pub const fn email(mut self, column: &'static str) -> Self {
        self.email = column;
        self
    }

    /// Names the column of the password's hash. NULL is a user without a password.
    pub const fn password_hash(mut self, column: &'static str) -> Self {
        self.password_hash = column;
        self
    }

    /// Names the column of the version, which grows with each new password and each revocation. A statement of the
    /// application that disables a user or changes the address raises it, too, and calls
    /// [`Auth::invalidate_subject`](crate::Auth::invalidate_subject).
    pub const fn version(mut self, column: &'static str) -> Self {
        self.version = column;
        self
    }

    /// Names a boolean column without which a user is refused everywhere. Without one every user is active.
    pub const fn active(mut self, column: &'static str) -> Self {
        self.active = Some(column);
        self
    }

    /// Names the column of the time of creation, without which [legacy tokens by login name](crate::LegacyTokens::by_login)
    /// are refused: in PostgreSQL a `TIMESTAMPTZ`, or a `TIMESTAMP` in UTC; in SQLite a text in UTC that its date functions
    /// read, such as that of `CURRENT_TIMESTAMP`. NULL and other texts are an unknown time. A new user gets the present one.
    pub const fn created_at(mut self, column: &'static str) -> Self {
        self.created_at = Some(column);
        self
    }

    /// Names a boolean column whose users have this role.
    pub fn role(mut self, column: &'static str, role: impl Role) -> Self {
        self.roles.push((column, role.name()));
        self
    }

    /// Takes this field of a registration, a text of 1 to 255 characters that every registration needs, into the column of
    /// its name. Where the column is unique, a value that another user has is answered with 409, and
    /// [`private_registration`](crate::AuthBuilder::private_registration) is refused. A new password of the user must not be
    /// that text.
    pub fn field(mut self, name: &'static str) -> Self {
        self.fields.push(name);
        self
    }

    /// The table in an SQLite database, such as that of a [`SqliteStore`](super::SqliteStore).
    ///
    /// # Errors
    ///
    /// When the database does not answer, or has no table with these columns.
    #[cfg(feature = "sqlite")]
    pub async fn in_sqlite(self, pool: &SqlitePool) -> Result<OwnUsers, StoreError> {
        OwnUsers::open(self, Pool::Sqlite(pool.clone())).await
    }

    /// The table in a PostgreSQL database, such as that of a [`PostgresStore`](super::PostgresStore).
    ///
    /// # Errors
    ///
    /// When the database does not answer, or has no table with these columns.
    #[cfg(feature = "postgres")]
    pub async fn in_postgres(self, pool: &PgPool) -> Result<OwnUsers, StoreError> {
        OwnUsers::open(self, Pool::Postgres(pool.clone())).await
    }
}
