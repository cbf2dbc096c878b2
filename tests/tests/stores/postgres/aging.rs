//! Tables that stay bounded while a great many rows pass through them.

use std::time::{Duration, Instant};

use auth_core::password::PasswordHash;
use auth_core::store::{
    Holder, NewSession, NewUser, PostgresStore, Redeem, Redeemed, Session, SessionStore, UserRegistry,
};
use auth_core::token::TokenHash;
use auth_core::{Clock, Housekeeper, SessionId, SystemClock, Timestamp};
use auth_tests::servers::Database;
use sqlx::{AssertSqlSafe, PgPool};

/// Sessions of one generation; each has two refresh tokens besides. A million rows pass in the same way and take some
/// minutes; `docs/operations.md` has their numbers.
const SESSIONS: i64 = 40_000;
const GENERATIONS: usize = 3;

async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

const ROWS: &str = "SELECT (SELECT count(*) FROM auth_core.sessions) + (SELECT count(*) FROM auth_core.refresh_tokens)";
const BYTES: &str = "SELECT pg_total_relation_size('auth_core.sessions')
                          + pg_total_relation_size('auth_core.refresh_tokens')";

/// Sessions that expired two days ago.
async fn age(pool: &PgPool, generation: usize) {
    let expired = SystemClock.now().before(Duration::from_hours(48)).as_millis();
    let sql = format!(
        "INSERT INTO auth_core.sessions
         SELECT 'aged-{generation}-' || n, 'subject-' || n % 1000, 0, 'profile', 'pwd', 'Mozilla/5.0', 0, 0, {expired},
                {expired}, NULL, NULL
         FROM generate_series(1, {SESSIONS}) n;
         INSERT INTO auth_core.refresh_tokens
         SELECT sha256(convert_to(k || '-{generation}-' || n, 'UTF8')), 'aged-{generation}-' || n, {expired},
                CASE k WHEN 1 THEN 1 END, NULL
         FROM generate_series(1, {SESSIONS}) n, generate_series(1, 2) k;"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

/// A login and a refresh as they would be while the housekeeper works.
async fn log_in_and_refresh(store: &PostgresStore, now: Timestamp) -> Duration {
    let began = Instant::now();
    let end = now.after(Duration::from_hours(1));
    let session = Session {
        id: SessionId::random(),
        subject: "somebody".parse().unwrap(),
        version: 0,
        scope: String::new(),
        amr: "pwd".to_owned(),
        agent: None,
        created_at: now,
        last_used_at: now,
        expires_at: end,
        ends_at: end,
        client_id: None,
        dpop_jkt: None,
    };
    let [first, second] = [0, 1].map(|_| hash());
    SessionStore::create(store, NewSession { session, refresh_token: first }).await.unwrap();
    let redeem = Redeem {
        presented: &first,
        successor: &second,
        sealed_successor: b"sealed",
        holder: Holder::default(),
        now,
        expires_at: end,
        leeway: Duration::from_secs(10),
    };
    assert!(matches!(store.redeem(redeem).await.unwrap(), Redeemed::Rotated(_)));
    began.elapsed()
}

fn hash() -> TokenHash {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    TokenHash::from(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_stay_bounded_and_logins_go_on_while_many_rows_age() {
    let Some(database) = Database::create("a database that ages").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let user = NewUser {
        email: "ada@example.com".parse().unwrap(),
        password_hash: PasswordHash::from_stored("$argon2id$"),
        roles: vec![],
    };
    UserRegistry::create(&store, user).await.unwrap();
    let mut sizes = Vec::new();
    for generation in 0..GENERATIONS {
        age(store.pool(), generation).await;
        if generation == 0 {
            let bytes = number(store.pool(), BYTES).await;
            println!("{} bytes for a session with two refresh tokens, indexes included", bytes / SESSIONS);
        }
        let (before, began) = (number(store.pool(), ROWS).await, Instant::now());
        let sweep = tokio::spawn({
            let store = store.clone();
            async move { Housekeeper::sweep(&store, &SystemClock).await.unwrap() }
        });
        let mut waits = Vec::new();
        while !sweep.is_finished() {
            waits.push(log_in_and_refresh(&store, SystemClock.now()).await);
        }
        let removed = sweep.await.unwrap();
        waits.sort();
        assert_eq!(removed, u64::try_from(SESSIONS * 3).unwrap(), "of {before} rows");
        let (logins, worst) = (waits.len(), waits.last().copied().unwrap_or_default());
        println!("{removed} rows removed in {:?}; {logins} logins meanwhile, the slowest {worst:?}", began.elapsed());
        assert!(worst < Duration::from_secs(4), "a login waited {worst:?} for the housekeeper");
        // What the server does by itself now and then.
        for vacuum in ["VACUUM auth_core.sessions", "VACUUM auth_core.refresh_tokens"] {
            sqlx::raw_sql(vacuum).execute(store.pool()).await.unwrap();
        }
        let left = number(store.pool(), ROWS).await;
        assert_eq!(left, i64::try_from(logins).unwrap() * 3 + living_before(&sizes), "something else was removed");
        sizes.push((left, number(store.pool(), BYTES).await));
    }
    println!("rows and bytes after each generation: {sizes:?}");
    // The first one may leave less: its rows were not among those of logins yet.
    assert!(
        sizes[GENERATIONS - 1].1 < sizes[GENERATIONS - 2].1 * 5 / 4,
        "the tables grow with what passes through them: {sizes:?}"
    );
    store.close().await;
}

fn living_before(sizes: &[(i64, i64)]) -> i64 {
    sizes.last().map_or(0, |(rows, _)| *rows)
}
