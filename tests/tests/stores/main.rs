//! Every store against the one conformance suite, and what only one of them can do wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use std::sync::Arc;

use auth_core::store::{
    ApiKeyStore, Housekeeping, MemoryStore, PostgresStore, SessionStore, SqliteStore, UserDirectory,
};
use auth_core::testing::conformance;
use auth_tests::servers::Database;

mod aging;
mod cluster;
mod left_out;
mod postgres;
mod sqlite;
mod statements;
mod taken_over;
mod tls;

async fn conforms<S: UserDirectory + SessionStore + ApiKeyStore + Housekeeping>(store: S) {
    let store = Arc::new(store);
    conformance::users(&store).await;
    conformance::directory(&store).await;
    conformance::sessions(&store).await;
    conformance::api_keys(&store).await;
    conformance::housekeeping(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_store_conforms() {
    conforms(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sqlite_store_conforms() {
    let file = sqlite::file::TempFile::new();
    conforms(file.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sqlite_store_conforms_without_a_file() {
    conforms(SqliteStore::open("sqlite::memory:").await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_postgres_store_conforms() {
    let Some(database) = Database::create("the PostgreSQL store").await else { return };
    conforms(PostgresStore::open(&database.url()).await.unwrap()).await;
}
