//! The size of a session in the database with its indexes, written as the service writes it.

use std::time::Duration;

use auth_core::store::{
    Audit, Holder, NewSession, PostgresStore, Redeem, Redeemed, Session, SessionStore, SqliteStore,
};
use auth_core::token::TokenHash;
use auth_core::{Clock, SessionId, SubjectId, SystemClock};
use auth_tests::servers::Database;
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;

const SESSIONS: u32 = 4_000;
const REFRESHES: u32 = 8;
/// Concurrent writers.
const WRITERS: u32 = 8;

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const ACCESS_TTL: Duration = Duration::from_mins(15);
const REFRESH_TTL: Duration = Duration::from_hours(7 * 24);

fn hash() -> TokenHash {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    TokenHash::from(bytes)
}

/// A session that is refreshed each time its access token has expired.
async fn session(store: &impl SessionStore, refreshes: u32) {
    let mut now = SystemClock.now();
    let session = Session {
        id: SessionId::random(),
        subject: SubjectId::random(),
        version: 0,
        scope: String::new(),
        amr: "pwd".to_owned(),
        agent: Some(AGENT.to_owned()),
        created_at: now,
        authenticated_at: now,
        last_used_at: now,
        expires_at: now.after(REFRESH_TTL),
        ends_at: now.after(REFRESH_TTL * 4),
        client_id: None,
        dpop_jkt: None,
    };
    let (mut presented, family) = (hash(), hash());
    store.create(NewSession { session, refresh_token: presented }, Audit::none()).await.unwrap();
    for _ in 0..refreshes {
        now = now.after(ACCESS_TTL);
        let successor = hash();
        let redeem = Redeem {
            presented: &presented,
            successor: &successor,
            family: &family,
            // As long as a sealed refresh token.
            sealed_successor: &[0; 90],
            holder: Holder::default(),
            now,
            expires_at: now.after(REFRESH_TTL),
            leeway: Duration::from_secs(10),
        };
        assert!(matches!(store.redeem(redeem, Audit::none()).await.unwrap(), Redeemed::Rotated(_)));
        presented = successor;
    }
}

async fn sessions(store: &(impl SessionStore + Clone), refreshes: u32) {
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            for _ in 0..SESSIONS / WRITERS {
                session(&store, refreshes).await;
            }
        });
    }
    writers.join_all().await;
}

struct Sizes {
    /// A session and its one token.
    fresh: f64,
    /// Each used token of it.
    used: f64,
    /// The same as stored after the writes, with the space between rows that they leave.
    used_as_written: f64,
}

fn sizes(fresh: i64, refreshed: i64, as_written: i64) -> Sizes {
    #[expect(clippy::cast_precision_loss, reason = "bytes of a few megabytes")]
    let each = |bytes: i64, rows: u32| bytes as f64 / f64::from(rows);
    Sizes {
        fresh: each(fresh, SESSIONS),
        used: each(refreshed - fresh, SESSIONS * REFRESHES),
        used_as_written: each(as_written - fresh, SESSIONS * REFRESHES),
    }
}

async fn postgres() -> Option<Sizes> {
    let mut bytes = Vec::new();
    for refreshes in [0, REFRESHES] {
        let database = Database::create("the size of sessions in PostgreSQL").await?;
        let store = PostgresStore::open(&database.url()).await.unwrap();
        sessions(&store, refreshes).await;
        for vacuum in ["VACUUM", "VACUUM FULL"] {
            let mut total = 0;
            for table in ["auth_core.sessions", "auth_core.refresh_tokens"] {
                sqlx::raw_sql(AssertSqlSafe(format!("{vacuum} {table}"))).execute(store.pool()).await.unwrap();
                let size = "SELECT pg_total_relation_size($1::regclass)";
                total += sqlx::query_scalar::<_, i64>(size).bind(table).fetch_one(store.pool()).await.unwrap();
            }
            bytes.push(total);
        }
        store.close().await;
    }
    Some(sizes(bytes[1], bytes[3], bytes[2]))
}

async fn sqlite() -> Sizes {
    let mut bytes = Vec::new();
    for refreshes in [0, REFRESHES] {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        sessions(&store, refreshes).await;
        let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        bytes.push(sqlx::query_scalar::<_, i64>(size).fetch_one(store.pool()).await.unwrap());
        sqlx::raw_sql("VACUUM").execute(store.pool()).await.unwrap();
        bytes.push(sqlx::query_scalar::<_, i64>(size).fetch_one(store.pool()).await.unwrap());
        store.close().await;
    }
    sizes(bytes[1], bytes[3], bytes[2])
}

pub(crate) async fn print() {
    println!("| bytes, indexes included | rows | PostgreSQL | SQLite |");
    println!("| --- | --- | --- | --- |");
    let (Some(postgres), sqlite) = (postgres().await, sqlite().await) else { return };
    let line = |what, rows, of: fn(&Sizes) -> f64| {
        println!("| {what} | {rows} | {:.0} | {:.0} |", of(&postgres), of(&sqlite));
    };
    line("a session with its living refresh token", 2, |sizes| sizes.fresh);
    line("each used refresh token that is kept", 1, |sizes| sizes.used);
    line("the same with the room that writing left between the rows", 1, |sizes| sizes.used_as_written);
    line("a session refreshed once a day for a week, 7 used tokens", 9, |sizes| {
        sizes.fresh + 7.0 * sizes.used_as_written
    });
    // The last used tokens, and the row that stands for all others.
    line("a session refreshed every 15 minutes, 100 used tokens", 103, |sizes| {
        sizes.fresh + 101.0 * sizes.used_as_written
    });
}
