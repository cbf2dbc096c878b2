//! The purge in an SQLite file.

use std::time::Duration;

use auth_core::Timestamp;
use auth_core::store::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, raw_sql};

use super::{Engine, purges_a_million_rows};
use crate::sqlite::file::TempFile;

async fn number(store: &SqliteStore, sql: &str) -> u64 {
    let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(store.pool()).await.unwrap();
    number.try_into().unwrap()
}

impl Engine for SqliteStore {
    async fn fill(&self, tag: &str, expires_at: Timestamp, sessions: u64, keys: u64) {
        let expires_at = expires_at.as_millis();
        let numbers = |count| {
            format!("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})")
        };
        // Every id is as long as a real one.
        let id = format!("printf('{tag}-%030d', n)");
        let sql = format!(
            "BEGIN IMMEDIATE;
             INSERT INTO auth_sessions
                 (id, subject, version, scope, amr, agent, created_at, last_used_at, expires_at, ends_at, client_id, dpop_jkt)
             {sessions}
             SELECT {id}, printf('subject-%028d', n % 1000), 0, 'profile', 'pwd', 'Mozilla/5.0', 0, 0, {expires_at},
                    {expires_at}, NULL, NULL FROM numbers;
             INSERT INTO auth_refresh_tokens (hash, session_id, expires_at, used_at, sealed_successor)
             {sessions}
             SELECT randomblob(32), {id}, {expires_at}, CASE k WHEN 1 THEN 1 END, NULL
             FROM numbers, (SELECT 1 AS k UNION ALL SELECT 2);
             INSERT INTO auth_api_keys
                 (id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at)
             {keys}
             SELECT {id}, 'nightly export', printf('subject-%028d', n % 1000), '[\"reports:read\"]', randomblob(32),
                    NULL, NULL, 0, {expires_at}, NULL FROM numbers;
             COMMIT",
            sessions = numbers(sessions),
            keys = numbers(keys),
        );
        raw_sql(AssertSqlSafe(sql)).execute(&mut *self.pool().acquire().await.unwrap()).await.unwrap();
    }

    async fn rows(&self, tag: &str) -> u64 {
        let sql = format!(
            "SELECT (SELECT count(*) FROM auth_sessions WHERE id LIKE '{tag}%')
                  + (SELECT count(*) FROM auth_refresh_tokens WHERE session_id LIKE '{tag}%')
                  + (SELECT count(*) FROM auth_api_keys WHERE id LIKE '{tag}%')"
        );
        number(self, &sql).await
    }

    /// Free pages are reused without maintenance.
    async fn tidy(&self) {}

    async fn bytes(&self) -> u64 {
        number(self, "PRAGMA page_count").await * number(self, "PRAGMA page_size").await
    }

    async fn plan(&self, statement: &str) -> (Vec<String>, &'static [&'static str]) {
        // `SCAN s` reads the sessions of the step, at most as many as its limit.
        let signs = ["SCAN auth_", "SCAN t"].as_slice();
        if statement.contains("auth_core.") {
            return (Vec::new(), signs);
        }
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = sqlx::query(explain).bind(0).bind(1_000).fetch_all(self.pool()).await.unwrap();
        (plan.iter().map(|row| sqlx::Row::get(row, "detail")).collect(), signs)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_rows_are_purged_in_sqlite() {
    let file = TempFile::new();
    // As in `SqliteStore::open`, but without `fsync`, which only a power failure needs.
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .busy_timeout(Duration::from_secs(5))
        .pragma("secure_delete", "ON");
    let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await.unwrap();
    let store = SqliteStore::with_pool(pool).await.unwrap();
    purges_a_million_rows(store.clone()).await;
    store.close().await;
}
