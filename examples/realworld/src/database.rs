//! The application's tables.

use sqlx::{SqlitePool, raw_sql};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS users (
    id            TEXT    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    email         TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT    NOT NULL,
    bio           TEXT,
    image         TEXT,
    active        INTEGER NOT NULL DEFAULT TRUE,
    version       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS follows (
    follower TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followed TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (follower, followed)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS articles (
    id          INTEGER NOT NULL PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE,
    title       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    author      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    updated_at  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
) STRICT;
CREATE TABLE IF NOT EXISTS tags (
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    tag     TEXT    NOT NULL,
    PRIMARY KEY (article, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS favorites (
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    user    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (article, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments (
    id         INTEGER NOT NULL PRIMARY KEY,
    article    INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    author     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    body       TEXT    NOT NULL,
    created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
) STRICT;
";

pub(crate) async fn create(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    raw_sql(SCHEMA).execute(pool).await.map(|_| ())
}
