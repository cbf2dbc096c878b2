//! The rows of a family of refresh tokens, in both databases.

use std::time::Duration;

use auth_core::store::{Housekeeping, PostgresStore, Redeemed, SessionStore, SqliteStore};
use auth_tests::servers::Database;

use crate::sqlite::file::{LEEWAY, LIFETIME, NOW, TempFile, begin, redeem};

const SUITE: &str = "families of refresh tokens in PostgreSQL";

trait Rows: SessionStore + Housekeeping {
    const SESSIONS: &str;
    const TOKENS: &str;
    const SEALED: &str;

    async fn count(&self, sql: &'static str) -> i64;
}

impl Rows for SqliteStore {
    const SESSIONS: &str = "SELECT count(*) FROM auth_sessions";
    const TOKENS: &str = "SELECT count(*) FROM auth_refresh_tokens";
    const SEALED: &str = "SELECT count(*) FROM auth_refresh_tokens WHERE sealed_successor IS NOT NULL";

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.pool()).await.unwrap()
    }
}

impl Rows for PostgresStore {
    const SESSIONS: &str = "SELECT count(*) FROM auth_core.sessions";
    const TOKENS: &str = "SELECT count(*) FROM auth_core.refresh_tokens";
    const SEALED: &str = "SELECT count(*) FROM auth_core.refresh_tokens WHERE sealed_successor IS NOT NULL";

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.pool()).await.unwrap()
    }
}

macro_rules! in_both {
    ($($check:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $check() {
                    let file = super::TempFile::new();
                    super::$check(&file.open().await).await;
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test]
                async fn $check() {
                    let Some(database) = super::Database::create(super::SUITE).await else { return };
                    super::$check(&super::PostgresStore::open(&database.url()).await.unwrap()).await;
                }
            )*
        }
    };
}

in_both! {
    a_sealed_successor_goes_when_the_family_moves_on,
    without_a_leeway_no_sealed_successor_is_written,
    a_family_does_not_outgrow_its_lifetime,
    a_large_family_is_removed_in_batches,
}

async fn a_sealed_successor_goes_when_the_family_moves_on<S: Rows>(store: &S) {
    begin(store).await;
    redeem(store, 0, NOW, LEEWAY).await;
    redeem(store, 1, NOW.after(Duration::from_secs(9)), LEEWAY).await;
    assert_eq!(store.count(S::SEALED).await, 1, "only the last used token can be retried");
    assert!(matches!(redeem(store, 0, NOW.after(Duration::from_secs(9)), LEEWAY).await, Redeemed::Replayed(_)));
}

async fn without_a_leeway_no_sealed_successor_is_written<S: Rows>(store: &S) {
    begin(store).await;
    redeem(store, 0, NOW, Duration::ZERO).await;
    assert_eq!(store.count(S::SEALED).await, 0);
}

async fn a_family_does_not_outgrow_its_lifetime<S: Rows>(store: &S) {
    begin(store).await;
    for number in 0..100 {
        let now = NOW.after(LIFETIME * u32::from(number) / 10);
        assert!(matches!(redeem(store, number, now, LEEWAY).await, Redeemed::Rotated(_)));
    }
    assert_eq!(store.count(S::TOKENS).await, 10, "one living, and the used ones of one lifetime");
}

async fn a_large_family_is_removed_in_batches<S: Rows>(store: &S) {
    begin(store).await;
    for number in 0..9 {
        redeem(store, number, NOW, LEEWAY).await;
    }
    let end = NOW.after(LIFETIME);
    let mut batches = Vec::new();
    while batches.last() != Some(&0) {
        batches.push(store.purge_expired(end, 4).await.unwrap());
    }
    // Ten tokens, then their session.
    assert_eq!(batches, [4, 4, 3, 0]);
    assert_eq!(store.count(S::TOKENS).await, 0);
    assert_eq!(store.count(S::SESSIONS).await, 0);
}
