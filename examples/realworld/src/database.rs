//! The database that `DATABASE_URL` names, and the application's tables in it.

use auth_core::AuthBuilder;
use auth_core::store::{PostgresStore, SqliteStore};
use sqlx::{AssertSqlSafe, raw_sql};

use crate::users::Users;

/// SQLite or PostgreSQL: the store of auth-core, whose pool serves the application as well.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// Runs an expression with the pool of either engine. Its SQL is what both understand.
macro_rules! with_pool {
    ($database:expr, $pool:ident => $run:expr) => {
        match $database {
            $crate::database::Database::Sqlite(store) => {
                let $pool = store.pool();
                $run
            }
            $crate::database::Database::Postgres(store) => {
                let $pool = store.pool();
                $run
            }
        }
    };
}
pub(crate) use with_pool;

/// `GENERATED_KEY` and `NOW` are the engine's words for a generated key and for the time in RFC 3339.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS users (
    id            TEXT    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    bio           TEXT,
    image         TEXT,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    version       BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS users_username ON users (lower(username));
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (lower(email));
CREATE TABLE IF NOT EXISTS follows (
    follower TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followed TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (follower, followed)
);
CREATE TABLE IF NOT EXISTS articles (
    id          GENERATED_KEY,
    slug        TEXT   NOT NULL UNIQUE,
    title       TEXT   NOT NULL,
    description TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    author      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  TEXT   NOT NULL DEFAULT (NOW),
    updated_at  TEXT   NOT NULL DEFAULT (NOW)
);
CREATE TABLE IF NOT EXISTS tags (
    article BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    tag     TEXT   NOT NULL,
    PRIMARY KEY (article, tag)
);
CREATE TABLE IF NOT EXISTS favorites (
    article BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    reader  TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (article, reader)
);
CREATE TABLE IF NOT EXISTS comments (
    id         GENERATED_KEY,
    article    BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    author     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    body       TEXT   NOT NULL,
    created_at TEXT   NOT NULL DEFAULT (NOW)
);
";

impl Database {
    /// Opens the database, creates an SQLite file when there is none, and creates the tables.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let database = if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteStore::open(url).await?)
        } else {
            Self::Postgres(PostgresStore::open(url).await?)
        };
        let key = match database {
            Self::Sqlite(_) => "INTEGER NOT NULL PRIMARY KEY",
            Self::Postgres(_) => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        let schema = SCHEMA.replace("GENERATED_KEY", key).replace("NOW", database.now());
        with_pool!(&database, pool => raw_sql(AssertSqlSafe(schema)).execute(pool).await.map(|_| ()))?;
        Ok(database)
    }

    /// The engine's expression for the time in RFC 3339, with milliseconds.
    pub(crate) const fn now(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "strftime('%Y-%m-%dT%H:%M:%fZ')",
            Self::Postgres(_) => r#"to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#,
        }
    }

    /// Gives auth-core the table of users, and its own tables for the rest.
    pub(crate) fn give_to(&self, builder: AuthBuilder) -> AuthBuilder {
        let builder = builder.users(Users::new(self.clone()));
        match self {
            Self::Sqlite(store) => builder.sessions(store.clone()).api_keys(store.clone()),
            Self::Postgres(store) => builder.sessions(store.clone()).api_keys(store.clone()),
        }
    }
}
