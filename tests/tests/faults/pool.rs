//! An exhausted connection pool.

use std::time::{Duration, Instant};

use auth_core::store::{Audit, PostgresStore, SessionStore, StoreError};
use auth_core::{SessionId, SubjectId};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

use crate::{PASSWORD, a_database, node, report};

/// A call times out after 5 seconds; the calls here in sequence would take many minutes.
const HANGS: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_pool_refuses_in_bounded_time_and_recovers() {
    let Some(database) = a_database("an exhausted pool").await else { return };
    // The application's pool would wait for an hour; the store does not.
    let patient = PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_hours(1));
    let pool = patient.connect(&database.url()).await.unwrap();
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
    assert!(took < HANGS, "a pile-up: {took:?}");

    drop(held);
    store.ping().await.unwrap();
    assert!(SessionStore::find(&store, &SessionId::random()).await.unwrap().is_none());
}

async fn calls_are_refused(store: &PostgresStore) -> (Result<(), StoreError>, Result<(), StoreError>) {
    let (subject, session) = (SubjectId::random(), SessionId::random());
    let read = async { SessionStore::find(store, &session).await.map(|_| ()) };
    let write = async { store.end_all(&subject, 50, Audit::none()).await.map(|_| ()) };
    tokio::join!(read, write)
}

/// So many that, ten at a time, they would take longer than `HANGS`.
const CALLERS: usize = 240;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_an_exhausted_pool_refuses_in_bounded_time_and_recovers() {
    let Some(database) = a_database("a node without a free connection").await else { return };
    let node = node(&database.url(), None);
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let tokens = client.login("ada@example.com", PASSWORD).await;
    let admin = PgPool::connect(&database.url()).await.unwrap();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE auth_core.users, auth_core.sessions IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .unwrap();

    let began = Instant::now();
    let mut calls = JoinSet::new();
    for n in 0..CALLERS {
        let (client, tokens) = (client.clone(), tokens.clone());
        calls.spawn(async move {
            match n % 3 {
                0 => client.get_as(&tokens.access, "/users/me").await,
                1 => client.try_login("ada@example.com", PASSWORD).await,
                _ => client.try_refresh(&tokens.refresh).await,
            }
        });
    }
    let mut longest = Duration::ZERO;
    while let Some(answer) = calls.join_next().await {
        let answer = answer.unwrap();
        answer.is_problem(503);
        assert_eq!(answer.header("retry-after"), Some("1"));
        longest = began.elapsed();
    }
    report(format_args!("every connection waits: {CALLERS} callers refused by a node, the last after {longest:?}"));
    assert!(longest < HANGS, "a pile-up: {longest:?}");

    lock.rollback().await.unwrap();
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    client.try_refresh(&tokens.refresh).await.tokens();
    admin.close().await;
}
