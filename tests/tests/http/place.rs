//! Where the suites with a clock run: one node on an SQLite file, or three nodes on one PostgreSQL.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::cluster::{ClusterError, Count, Counters};
use auth_core::prelude::*;
use auth_core::store::{PostgresStore, SecondFactors, SqliteStore};
use auth_core::testing::TestClock;
use auth_core::{AuthBuilder, Clock as _, Timestamp};
use auth_tests::Client;
use auth_tests::servers::Database;

use crate::NODES;

pub(crate) enum Place {
    File { folder: tempfile::TempDir, store: SqliteStore },
    Server { stores: Vec<PostgresStore>, counters: ClockedCounters, _database: Database },
}

impl Place {
    /// Without PostgreSQL three nodes are one on a file, and the suite is reported as left out.
    pub(crate) async fn new(suite: &str, clock: &TestClock) -> Self {
        let database = if NODES > 1 { Database::create(&format!("{suite} on three nodes")).await } else { None };
        if let Some(database) = database {
            let mut stores = Vec::new();
            for _ in 0..NODES {
                stores.push(PostgresStore::open(&database.url()).await.unwrap());
            }
            let counters = ClockedCounters { clock: clock.clone(), counts: Arc::default() };
            return Self::Server { stores, counters, _database: database };
        }
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("service.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        Self::File { folder, store }
    }

    /// The nodes, each with a store of its own. They ask the stores for each request: what one does, the next one sees.
    pub(crate) fn nodes(&self, builder: impl Fn() -> AuthBuilder) -> Vec<Auth> {
        self.nodes_with(builder, |builder| builder)
    }

    /// As [`nodes`](Self::nodes), with settings that go before those of the place.
    pub(crate) fn nodes_with(
        &self,
        builder: impl Fn() -> AuthBuilder,
        set: impl Fn(AuthBuilder) -> AuthBuilder,
    ) -> Vec<Auth> {
        match self {
            Self::File { store, .. } => vec![set(builder().store(store.clone())).build().unwrap()],
            Self::Server { stores, counters, .. } => {
                let node = |store: &PostgresStore| {
                    let builder = builder().store(store.clone()).cache_ttl(Duration::ZERO);
                    set(builder.shared_limits(counters.clone())).build().unwrap()
                };
                stores.iter().map(node).collect()
            }
        }
    }

    pub(crate) fn factors(&self) -> &dyn SecondFactors {
        match self {
            Self::File { store, .. } => store,
            Self::Server { stores, .. } => &stores[0],
        }
    }

    /// Everything that is stored, as it is and with the bytes of hexadecimal columns.
    pub(crate) async fn contents(&self) -> Vec<Vec<u8>> {
        match self {
            Self::File { folder, .. } => {
                let files = std::fs::read_dir(folder.path()).unwrap();
                files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
            }
            Self::Server { stores, .. } => {
                let rows = rows(&stores[0]).await;
                let bytes = rows.iter().flat_map(|row| row.split(r"\\x").skip(1).map(leading_hex)).collect::<Vec<_>>();
                rows.into_iter().map(String::into_bytes).chain(bytes).collect()
            }
        }
    }
}

/// Every row of auth-core's tables as JSON.
async fn rows(store: &PostgresStore) -> Vec<String> {
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'auth_core'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(store.pool()).await.unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let sql = sqlx::AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM auth_core.{table} t"));
        rows.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(store.pool()).await.unwrap());
    }
    rows
}

fn leading_hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().take_while(char::is_ascii_hexdigit).collect();
    let pairs = digits.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// A client that sends each request to the next of these nodes.
pub(crate) async fn client(nodes: &[Auth], routes: impl Fn() -> GuardedRouter<Auth>) -> Client {
    let mut bases = Vec::new();
    for node in nodes {
        bases.push(auth_tests::serve(routes().merge(node.routes()).with_state(node.clone())).await);
    }
    Client::round_robin(bases.iter().map(String::as_str))
}

pub(crate) async fn settled(nodes: &[Auth]) {
    for node in nodes {
        node.settled().await;
    }
}

/// Counters that nodes share, whose windows end by the clock of a test.
#[derive(Clone)]
pub(crate) struct ClockedCounters {
    clock: TestClock,
    counts: Arc<Mutex<HashMap<String, (u64, Timestamp)>>>,
}

#[async_trait]
impl Counters for ClockedCounters {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        let now = self.clock.now();
        let mut counts = self.counts.lock().unwrap();
        counts.retain(|_, (_, end)| *end > now);
        let (value, end) = counts.get(key).copied().unwrap_or((0, now.after(window)));
        let value = value + u64::from(by);
        if by > 0 {
            counts.insert(key.to_owned(), (value, end));
        }
        Ok(Count { value, expires_in: end.since(now) })
    }

    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        if let Some((value, _)) = self.counts.lock().unwrap().get_mut(key) {
            *value = value.saturating_sub(by.into());
        }
        Ok(())
    }
}
