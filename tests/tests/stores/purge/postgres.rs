//! The purge in PostgreSQL.

use auth_core::Timestamp;
use auth_core::store::PostgresStore;
use auth_tests::servers::Database;
use sqlx::{AssertSqlSafe, raw_sql};

use super::{Engine, purges_a_million_rows};

const TABLES: [&str; 3] = ["auth_core.sessions", "auth_core.refresh_tokens", "auth_core.api_keys"];

async fn execute(store: &PostgresStore, sql: String) {
    raw_sql(AssertSqlSafe(sql)).execute(store.pool()).await.unwrap();
}

async fn number(store: &PostgresStore, sql: &str) -> u64 {
    let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(store.pool()).await.unwrap();
    number.try_into().unwrap()
}

impl Engine for PostgresStore {
    async fn fill(&self, tag: &str, expires_at: Timestamp, sessions: u64, keys: u64) {
        let expires_at = expires_at.as_millis();
        // Every id is as long as a real one.
        let id = format!("'{tag}-' || lpad(n::text, 30, '0')");
        let sql = format!(
            "SET statement_timeout = 0;
             INSERT INTO auth_core.sessions
                 (id, subject, version, scope, amr, agent, created_at, last_used_at, expires_at, ends_at, client_id, dpop_jkt)
             SELECT {id}, 'subject-' || lpad((n % 1000)::text, 28, '0'), 0, 'profile', 'pwd', 'Mozilla/5.0', 0, 0,
                    {expires_at}, {expires_at}, NULL, NULL
             FROM generate_series(1, {sessions}) n;
             INSERT INTO auth_core.refresh_tokens (hash, session_id, expires_at, used_at, sealed_successor)
             SELECT sha256(convert_to('{tag}' || k || '-' || n, 'UTF8')), {id}, {expires_at}, CASE k WHEN 1 THEN 1 END, NULL
             FROM generate_series(1, {sessions}) n, generate_series(1, 2) k;
             INSERT INTO auth_core.api_keys
                 (id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at)
             SELECT {id}, 'nightly export', 'subject-' || lpad((n % 1000)::text, 28, '0'), ARRAY['reports:read'],
                    sha256(convert_to('{tag}' || n, 'UTF8')), NULL, NULL, 0, {expires_at}, NULL
             FROM generate_series(1, {keys}) n;
             RESET statement_timeout"
        );
        execute(self, sql).await;
    }

    async fn rows(&self, tag: &str) -> u64 {
        let sql = format!(
            "SELECT (SELECT count(*) FROM auth_core.sessions WHERE id LIKE '{tag}%')
                  + (SELECT count(*) FROM auth_core.refresh_tokens WHERE session_id LIKE '{tag}%')
                  + (SELECT count(*) FROM auth_core.api_keys WHERE id LIKE '{tag}%')"
        );
        number(self, &sql).await
    }

    async fn tidy(&self) {
        for table in TABLES {
            execute(self, format!("VACUUM (ANALYZE) {table}")).await;
        }
    }

    async fn bytes(&self) -> u64 {
        let mut bytes = 0;
        for table in TABLES {
            bytes += number(self, &format!("SELECT pg_total_relation_size('{table}')")).await;
        }
        bytes
    }

    async fn plan(&self, statement: &str) -> (Vec<String>, &'static [&'static str]) {
        let signs = ["Seq Scan"].as_slice();
        if !statement.contains("auth_core.") {
            return (Vec::new(), signs);
        }
        let mut connection = self.pool().acquire().await.unwrap().detach();
        let prepare = format!("PREPARE step (bigint, bigint) AS {statement}; SET plan_cache_mode = force_generic_plan");
        raw_sql(AssertSqlSafe(prepare)).execute(&mut connection).await.unwrap();
        let plan = raw_sql("EXPLAIN EXECUTE step (0, 1000)").fetch_all(&mut connection).await.unwrap();
        (plan.iter().map(|row| sqlx::Row::get(row, 0)).collect(), signs)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_rows_are_purged_in_postgres() {
    let Some(database) = Database::create("a PostgreSQL database that ages").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    purges_a_million_rows(store.clone()).await;
    store.close().await;
}
