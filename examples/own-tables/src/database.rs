//! The database and the application's tables in it.

use auth_core::AuthBuilder;
use auth_core::sqlx::{AssertSqlSafe, raw_sql};
use auth_core::store::{PostgresStore, SqliteStore};
use axum::extract::FromRef;

use crate::App;

/// SQLite or PostgreSQL: the store of auth-core, whose pool serves the application as well.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl FromRef<App> for Database {
    fn from_ref(app: &App) -> Self {
        app.database.clone()
    }
}

/// Runs an expression with the pool of either engine and the statement that begins a transaction which writes. Its SQL is
/// what both understand.
macro_rules! with_pool {
    ($database:expr, $pool:ident, $begin:ident => $run:expr) => {
        match $database {
            $crate::database::Database::Sqlite(store) => {
                let ($pool, $begin) = (store.pool(), "BEGIN IMMEDIATE");
                $run
            }
            $crate::database::Database::Postgres(store) => {
                let ($pool, $begin) = (store.pool(), "BEGIN");
                $run
            }
        }
    };
}
pub(crate) use with_pool;

/// `USERS` is the table of auth-core, `GENERATED_KEY` one that the database makes.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS profiles (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES USERS (id) ON DELETE CASCADE,
    name    TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS notes (
    id     GENERATED_KEY,
    author TEXT NOT NULL REFERENCES USERS (id) ON DELETE CASCADE,
    text   TEXT NOT NULL
);
";

impl Database {
    /// Opens the database, whose users auth-core creates, then creates the application's tables.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (database, key) = if url.starts_with("sqlite:") {
            (Self::Sqlite(SqliteStore::open(url).await?), "INTEGER NOT NULL PRIMARY KEY")
        } else {
            (Self::Postgres(PostgresStore::open(url).await?), "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        };
        let schema = SCHEMA.replace("GENERATED_KEY", key).replace("USERS", database.users());
        with_pool!(&database, pool, _begin => raw_sql(AssertSqlSafe(schema)).execute(pool).await.map(|_| ())?);
        Ok(database)
    }

    /// The table of users.
    pub(crate) const fn users(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "auth_users",
            Self::Postgres(_) => "auth_core.users",
        }
    }

    pub(crate) fn give_to(&self, builder: AuthBuilder) -> AuthBuilder {
        match self {
            Self::Sqlite(store) => builder.store(store.clone()),
            Self::Postgres(store) => builder.store(store.clone()),
        }
    }
}
