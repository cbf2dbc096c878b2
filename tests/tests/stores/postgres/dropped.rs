//! Writes beside those of the store, dropped at each point: no connection goes back to the pool with an open transaction.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use auth_core::cluster::{Counters as _, PostgresCounters};
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, NewUser, PostgresStore, UserRegistry as _, UserStore as _, UserTable};
use auth_tests::servers::Database;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

const SUITE: &str = "dropped writes in PostgreSQL";

/// A store whose pool has one connection, and another connection to look at it.
async fn one_connection() -> Option<(Database, PostgresStore, PgPool)> {
    let database = Database::create(SUITE).await?;
    let pool = PgPoolOptions::new().max_connections(1).connect(&database.url()).await.unwrap();
    let store = PostgresStore::with_pool(pool).await.unwrap();
    let tables = "CREATE TABLE people (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email TEXT UNIQUE,
                  password_hash TEXT, version INTEGER NOT NULL); CREATE TABLE probes (n INTEGER)";
    sqlx::raw_sql(tables).execute(store.pool()).await.unwrap();
    let other = PgPool::connect(&database.url()).await.unwrap();
    Some((database, store, other))
}

/// Drops `write` after each number of polls before it completes; each time, the next statement on the connection is
/// committed.
async fn dropped(store: &PostgresStore, other: &PgPool, write: impl AsyncFn(usize)) {
    for polls in 0.. {
        let is_done = {
            let mut running = pin!(write(polls));
            let mut left = polls;
            std::future::poll_fn(|cx| {
                if left == 0 {
                    return Poll::Ready(false);
                }
                left -= 1;
                running.as_mut().poll(cx).map(|()| true)
            })
            .await
        };
        sqlx::query("INSERT INTO probes VALUES (1)").execute(store.pool()).await.unwrap();
        let probes: i64 = sqlx::query_scalar("SELECT count(*) FROM probes").fetch_one(other).await.unwrap();
        assert_eq!(usize::try_from(probes).unwrap(), polls + 1, "a statement was not committed, after {polls} polls");
        if is_done {
            sqlx::query("DELETE FROM probes").execute(store.pool()).await.unwrap();
            return;
        }
    }
}

#[tokio::test]
async fn a_write_to_a_table_of_the_application_leaves_no_transaction_open() {
    let Some((_database, store, other)) = one_connection().await else { return };
    let users = UserTable::new("people").whole_number_id("id").in_postgres(store.pool()).await.unwrap();
    let new = |n: usize| {
        let email = format!("user-{n}@example.com").parse().unwrap();
        NewUser::new(email, PasswordHash::from_stored("hash"))
    };
    dropped(&store, &other, async |n| {
        users.create(new(n), Audit::none()).await.unwrap().unwrap();
    })
    .await;
    let ada = users.create(new(1_000), Audit::none()).await.unwrap().unwrap();
    dropped(&store, &other, async |_| {
        users.revoke_tokens(&ada, Audit::none()).await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_addition_to_a_counter_leaves_no_transaction_open() {
    let Some((_database, store, other)) = one_connection().await else { return };
    let counters = PostgresCounters::new(&store);
    let hour = Duration::from_hours(1);
    dropped(&store, &other, async |_| {
        counters.add("attempts", 1, hour).await.unwrap();
    })
    .await;
}
