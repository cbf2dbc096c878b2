//! A file that is locked, full, or contains rows that the store did not write.

use std::time::Duration;

use auth_core::password::PasswordHash;
use auth_core::store::{Audit, NewUser, Redeemed, SessionStore, SqliteStore, StoreError, UserRegistry, UserStore};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::file::{LEEWAY, NOW, TempFile, begin, redeem, session};

/// A call times out after 5 seconds; the calls here in sequence would take many minutes.
const HANGS: Duration = Duration::from_mins(1);
const CALLERS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_refuses_in_bounded_time_and_recovers() {
    let file = TempFile::new();
    let store = file.open().await;
    let begun = begin(&store).await;
    let lock = store.pool().begin_with("BEGIN IMMEDIATE").await.unwrap();

    let mut calls = JoinSet::new();
    for _ in 0..CALLERS {
        let (store, session) = (store.clone(), session());
        calls.spawn(async move { store.end(&session.subject, &session.id, Audit::none()).await });
    }
    // Reads do not wait for the writer, which stays.
    assert!(SessionStore::find(&store, &begun.id).await.unwrap().is_some());
    let answers = timeout(HANGS, calls.join_all()).await.expect("a pile-up");
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }

    lock.rollback().await.unwrap();
    assert!(matches!(redeem(&store, 0, NOW, LEEWAY).await, Redeemed::Rotated(_)));
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing() {
    let file = TempFile::new();
    file.open().await.close().await;
    let options = SqliteConnectOptions::new().filename(file.path());
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let store = SqliteStore::with_pool(pool).await.unwrap();
    begin(&store).await;

    sqlx::query("PRAGMA max_page_count = 1").execute(store.pool()).await.unwrap();
    let mut ended_by = None;
    for n in 0..2_000 {
        let hash = PasswordHash::from_stored("x".repeat(1_000));
        let user = NewUser::new(format!("user{n}@example.com").parse().unwrap(), hash);
        if let Err(error) = UserRegistry::create(&store, user, Audit::none()).await {
            ended_by = Some(error);
            break;
        }
    }
    let error = ended_by.expect("the file grew beyond its limit");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("full"), "{error}");

    sqlx::query("PRAGMA max_page_count = 1000000").execute(store.pool()).await.unwrap();
    assert!(matches!(redeem(&store, 0, NOW, LEEWAY).await, Redeemed::Rotated(_)));
    let check: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(store.pool()).await.unwrap();
    assert_eq!(check, "ok");
}

#[tokio::test]
async fn a_row_that_the_store_cannot_have_written_is_corrupt() {
    let file = TempFile::new();
    let store = file.open().await;
    let user = NewUser::new("ada@example.com".parse().unwrap(), PasswordHash::from_stored("$argon2id$"));
    let id = UserRegistry::create(&store, user, Audit::none()).await.unwrap().unwrap();
    sqlx::query("UPDATE auth_users SET roles = '[{\"not\": \"a role\"}]'").execute(store.pool()).await.unwrap();
    let error = store.find_by_id(&id).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { what: "roles", .. }), "{error:?}");
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let file = TempFile::new();
    let store = file.open().await;
    store.ping().await.unwrap();
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
}
