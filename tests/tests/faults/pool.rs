//! A connection pool that is exhausted.

use std::time::{Duration, Instant};

use auth_core::store::{PostgresStore, SessionStore, StoreError};
use auth_core::{SessionId, SubjectId};
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

use crate::{a_database, report};

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_pool_refuses_in_bounded_time_and_heals() {
    let Some(database) = a_database("an exhausted pool").await else { return };
    // The application's pool would wait for half a minute; the store does not.
    let pool = PgPoolOptions::new().max_connections(2).connect(&database.url()).await.unwrap();
    let store = PostgresStore::with_pool(pool.clone()).await.unwrap();
    let held = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];

    let began = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let store = store.clone();
        calls.spawn(async move {
            match calls_are_refused(&store).await {
                (Err(StoreError::Unavailable(_)), Err(StoreError::Unavailable(_))) => {}
                other => panic!("{other:?}"),
            }
        });
    }
    calls.join_all().await;
    let took = began.elapsed();
    report(format_args!("pool exhausted: 400 callers refused after {took:?}"));
    assert!(took < Duration::from_secs(12), "a pile-up: {took:?}");

    drop(held);
    store.ping().await.unwrap();
    assert!(SessionStore::find(&store, &SessionId::random()).await.unwrap().is_none());
}

async fn calls_are_refused(store: &PostgresStore) -> (Result<(), StoreError>, Result<(), StoreError>) {
    let (subject, session) = (SubjectId::random(), SessionId::random());
    let read = async { SessionStore::find(store, &session).await.map(|_| ()) };
    let write = async { store.end_all(&subject, None).await.map(|_| ()) };
    tokio::join!(read, write)
}
