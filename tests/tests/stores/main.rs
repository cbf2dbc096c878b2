//! Every store with the conformance suite, and the faults of each kind of store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use std::sync::Arc;

use auth_core::password::PasswordHash;
use auth_core::store::{Audit, Challenges, MemoryStore, NewUser, PostgresStore, SqliteStore, Store, UserDirectory};
use auth_core::testing::conformance;
use auth_tests::servers::Database;

mod audit;
mod chains;
mod cluster;
mod family;
mod left_out;
mod limits;
mod migrated_users;
mod own_transaction;
mod postgres;
mod purge;
mod retention;
mod reused_ids;
mod schema;
mod sqlite;
mod statements;
mod steps;
mod tls;
mod user_table;

async fn conforms(store: impl Store + Challenges) {
    let store = Arc::new(store);
    a_login_name_may_have_spaces_around_it(&*store).await;
    conformance::users(&store).await;
    conformance::directory(&store).await;
    conformance::sessions(&store).await;
    conformance::api_keys(&store).await;
    conformance::roles(&store).await;
    conformance::housekeeping(&store).await;
    conformance::audit(&store).await;
    conformance::one_time_tokens(&store).await;
    conformance::second_factors(&store).await;
    conformance::known_devices(&store).await;
    conformance::challenges(&store).await;
}

/// Phones add a space after a completed name.
async fn a_login_name_may_have_spaces_around_it<S: UserDirectory>(store: &S) {
    let email = "ada@example.com".parse().unwrap();
    let password_hash = PasswordHash::from_stored("none".to_owned());
    let id = store.create(NewUser::new(email, password_hash), Audit::none()).await.unwrap().unwrap();
    let found = store.find_by_login("\tada@example.com ").await.unwrap().unwrap();
    assert_eq!(found.id, id);
    assert!(store.remove(&id, Audit::none()).await.unwrap());
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
