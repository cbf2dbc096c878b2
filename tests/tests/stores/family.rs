//! The rows of a family of refresh tokens, in both databases.

use std::time::Duration;

use auth_core::store::{Audit, Housekeeping, Page, PostgresStore, Redeemed, SessionStore, SqliteStore, StepUp};
use auth_tests::servers::Database;

use crate::sqlite::file::{LEEWAY, LIFETIME, NOW, TempFile, begin, redeem, redeem_family, token};

const SUITE: &str = "families of refresh tokens in PostgreSQL";

trait Rows: SessionStore + Housekeeping {
    const SESSIONS: &str;
    const TOKENS: &str;
    const SEALED: &str;

    async fn count(&self, sql: &'static str) -> i64;

    /// Adds a thousand used tokens to the only family.
    async fn grow(&self);
}

impl Rows for SqliteStore {
    const SESSIONS: &str = "SELECT count(*) FROM auth_sessions";
    const TOKENS: &str = "SELECT count(*) FROM auth_refresh_tokens";
    const SEALED: &str = "SELECT count(*) FROM auth_refresh_tokens WHERE sealed_successor IS NOT NULL";

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.pool()).await.unwrap()
    }

    async fn grow(&self) {
        let sql = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
                   INSERT INTO auth_refresh_tokens SELECT randomblob(32), id, expires_at, created_at, NULL
                   FROM numbers, auth_sessions";
        sqlx::query(sql).execute(self.pool()).await.unwrap();
    }
}

impl Rows for PostgresStore {
    const SESSIONS: &str = "SELECT count(*) FROM auth_core.sessions";
    const TOKENS: &str = "SELECT count(*) FROM auth_core.refresh_tokens";
    const SEALED: &str = "SELECT count(*) FROM auth_core.refresh_tokens WHERE sealed_successor IS NOT NULL";

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.pool()).await.unwrap()
    }

    async fn grow(&self) {
        let sql = "INSERT INTO auth_core.refresh_tokens
                   SELECT sha256(n::text::bytea), id, expires_at, created_at, NULL
                   FROM generate_series(1, 1000) AS n, auth_core.sessions";
        sqlx::query(sql).execute(self.pool()).await.unwrap();
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
    a_family_keeps_its_last_used_tokens_and_one_row_for_all_others,
    a_family_from_before_the_limit_ends_at_once_and_is_removed_in_batches,
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

async fn a_family_keeps_its_last_used_tokens_and_one_row_for_all_others<S: Rows>(store: &S) {
    let session = begin(store).await;
    for number in 0..200 {
        let now = NOW.after(Duration::from_secs(number.into()));
        assert!(matches!(redeem(store, number, now, LEEWAY).await, Redeemed::Rotated(_)), "{number}");
    }
    assert_eq!(store.count(S::TOKENS).await, 102, "one living, 100 used, one for all others");
    let now = NOW.after(Duration::from_secs(200));
    for kept in [100, 199] {
        let found = store.find_by_refresh_token(&token(kept)).await.unwrap();
        assert!(found.is_some_and(|found| found.used), "{kept} of the last 100");
    }
    assert!(store.find_by_refresh_token(&token(99)).await.unwrap().is_none(), "an older one is kept");
    let retried = redeem(store, 199, now, LEEWAY).await;
    assert!(matches!(retried, Redeemed::Retried { .. }), "the last used token was answered {retried:?}");
    // What stands for the older ones outlives each of them, as long as the session can be refreshed.
    let late = NOW.after(Duration::from_secs(199) + LIFETIME).before(Duration::from_millis(1));
    assert!(matches!(redeem(store, 200, late, LEEWAY).await, Redeemed::Rotated(_)));
    assert_eq!(store.count(S::TOKENS).await, 3, "one living, one used, one for all others");
    let replayed = redeem_family(store, late).await;
    assert!(matches!(replayed, Redeemed::Replayed(ended) if ended.id == session.id));
    assert_eq!(store.count(S::TOKENS).await, 0);
}

async fn a_family_from_before_the_limit_ends_at_once_and_is_removed_in_batches<S: Rows>(store: &S) {
    let now = NOW.after(Duration::from_secs(1));
    for end in [End::One, End::All, End::Replay] {
        let begun = begin(store).await;
        redeem(store, 0, NOW, Duration::ZERO).await;
        store.grow().await;
        let many = store.count(S::TOKENS).await;
        assert!(many > 1_000, "{many} tokens");
        match end {
            End::One => assert!(store.end(&begun.subject, &begun.id, Audit::none()).await.unwrap()),
            End::All => {
                let ended = store.end_all(&begun.subject, 50, Audit::none()).await.unwrap();
                assert_eq!(ended, std::slice::from_ref(&begun.id));
            }
            End::Replay => assert!(matches!(redeem(store, 0, now, LEEWAY).await, Redeemed::Replayed(_))),
        }
        assert_eq!(store.count(S::TOKENS).await, many, "the end of a session removed all of its tokens in one step");
        assert_eq!(store.find(&begun.id).await.unwrap(), None);
        assert_eq!(store.list(&begun.subject, 0, NOW, Page::first(10)).await.unwrap(), []);
        assert_eq!(store.find_by_refresh_token(&token(1)).await.unwrap(), None);
        assert_eq!(redeem(store, 1, now, LEEWAY).await, Redeemed::Refused);
        let (session, subject, version) = (&begun.id, &begun.subject, begun.version);
        let step_up = StepUp { session, subject, version, amr: "pwd", at: now };
        assert_eq!(store.step_up(step_up, Audit::none()).await.unwrap(), None);
        assert!(!store.end(&begun.subject, &begun.id, Audit::none()).await.unwrap(), "it ended twice");
        assert_eq!(store.end_all(&begun.subject, 50, Audit::none()).await.unwrap(), [], "it ended twice");
        // At once, not a lifetime later.
        while store.purge_expired(NOW.before(LIFETIME), 1_000).await.unwrap() > 0 {}
        assert_eq!((store.count(S::TOKENS).await, store.count(S::SESSIONS).await), (0, 0));
    }
}

/// How a session ends.
#[derive(Clone, Copy)]
enum End {
    One,
    All,
    Replay,
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
