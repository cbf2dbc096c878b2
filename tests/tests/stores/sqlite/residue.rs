//! What is left in the file.

use std::time::Duration;

use auth_core::store::{Housekeeping, Redeemed, SessionStore, SqliteStore};

use super::file::{LEEWAY, LIFETIME, NOW, SEALED_TEXT, TempFile, begin, redeem};

async fn count(store: &SqliteStore, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(store.pool()).await.unwrap()
}

const SEALED: &str = "SELECT count(*) FROM auth_refresh_tokens WHERE sealed_successor IS NOT NULL";
const TOKENS: &str = "SELECT count(*) FROM auth_refresh_tokens";

#[tokio::test]
async fn a_sealed_successor_goes_when_its_leeway_is_over_and_the_family_moves_on() {
    let file = TempFile::new();
    let store = file.open().await;
    begin(&store).await;
    redeem(&store, 0, NOW, LEEWAY).await;
    redeem(&store, 1, NOW.after(Duration::from_secs(9)), LEEWAY).await;
    assert_eq!(count(&store, SEALED).await, 2, "both can still be retried");
    redeem(&store, 2, NOW.after(Duration::from_secs(19)), LEEWAY).await;
    assert_eq!(count(&store, SEALED).await, 1, "only the last can still be retried");
    assert!(matches!(redeem(&store, 1, NOW.after(Duration::from_secs(19)), LEEWAY).await, Redeemed::Replayed(_)));
}

#[tokio::test]
async fn without_a_leeway_no_sealed_successor_is_written() {
    let file = TempFile::new();
    let store = file.open().await;
    begin(&store).await;
    redeem(&store, 0, NOW, Duration::ZERO).await;
    assert_eq!(count(&store, SEALED).await, 0);
}

#[tokio::test]
async fn a_family_does_not_outgrow_its_lifetime() {
    let file = TempFile::new();
    let store = file.open().await;
    begin(&store).await;
    for number in 0..100 {
        let now = NOW.after(LIFETIME * u32::from(number) / 10);
        assert!(matches!(redeem(&store, number, now, LEEWAY).await, Redeemed::Rotated(_)));
    }
    assert_eq!(count(&store, TOKENS).await, 10, "one living, and the used ones of one lifetime");
}

#[tokio::test]
async fn a_large_family_is_removed_in_batches() {
    let file = TempFile::new();
    let store = file.open().await;
    begin(&store).await;
    for number in 0..9 {
        redeem(&store, number, NOW, LEEWAY).await;
    }
    let end = NOW.after(LIFETIME);
    let mut batches = Vec::new();
    while batches.last() != Some(&0) {
        batches.push(store.purge_expired(end, 4).await.unwrap());
    }
    // Ten tokens, then their session.
    assert_eq!(batches, [4, 4, 3, 0]);
    assert_eq!(count(&store, TOKENS).await, 0);
    assert_eq!(count(&store, "SELECT count(*) FROM auth_sessions").await, 0);
}

#[tokio::test]
async fn what_was_deleted_is_not_left_in_the_file() {
    let file = TempFile::new();
    let store = file.open().await;
    let session = begin(&store).await;
    redeem(&store, 0, NOW, LEEWAY).await;
    store.close().await;
    let traces = [SEALED_TEXT, &[1; 32], session.id.as_str().as_bytes()];
    assert!(traces.iter().all(|trace| contains(&file, trace)), "they are there while the session is");

    let store = file.open().await;
    assert!(store.end(&session.subject, &session.id).await.unwrap());
    store.close().await;
    for trace in traces {
        assert!(!contains(&file, trace), "{} is left", String::from_utf8_lossy(trace));
    }
}

fn contains(file: &TempFile, trace: &[u8]) -> bool {
    std::fs::read(file.path()).unwrap().windows(trace.len()).any(|window| window == trace)
}
