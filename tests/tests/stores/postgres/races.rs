//! Concurrent operations of several nodes, each with its own pool.

use std::time::Duration;

use auth_core::store::{
    Audit, Holder, Housekeeping, NewSession, PostgresStore, Redeem, Redeemed, Session, SessionStore,
};
use auth_core::token::TokenHash;
use auth_core::{SessionId, SubjectId, Timestamp};
use auth_tests::servers::Database;
use tokio::task::JoinSet;

const SUITE: &str = "races on a PostgreSQL store";
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

pub(super) fn session(expires_at: Timestamp) -> Session {
    Session {
        id: SessionId::random(),
        subject: SubjectId::random(),
        version: 0,
        scope: String::new(),
        amr: "pwd".to_owned(),
        agent: None,
        created_at: NOW,
        authenticated_at: NOW,
        last_used_at: NOW,
        expires_at,
        ends_at: expires_at,
        client_id: None,
        dpop_jkt: None,
    }
}

pub(super) async fn redeem(store: &PostgresStore, presented: u8, successor: u8, leeway: Duration) -> Redeemed {
    let redeem = Redeem {
        presented: &TokenHash::from([presented; 32]),
        successor: &TokenHash::from([successor; 32]),
        family: &TokenHash::from([u8::MAX; 32]),
        sealed_successor: &[successor],
        holder: Holder::default(),
        now: NOW,
        expires_at: NOW.after(Duration::from_hours(1)),
        leeway,
    };
    store.redeem(redeem, Audit::none()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_redeems_on_several_nodes_one_rotates() {
    let Some(database) = Database::create(SUITE).await else { return };
    let first = PostgresStore::open(&database.url()).await.unwrap();
    let session = session(NOW.after(Duration::from_hours(1)));
    let new = NewSession { session: session.clone(), refresh_token: TokenHash::from([0; 32]) };
    SessionStore::create(&first, new, Audit::none()).await.unwrap();

    let mut nodes = JoinSet::new();
    for n in 1..=4 {
        let node = PostgresStore::open(&database.url()).await.unwrap();
        for call in 0..8 {
            let node = node.clone();
            nodes.spawn(async move { redeem(&node, 0, n * 10 + call, Duration::from_secs(10)).await });
        }
    }
    let answers = nodes.join_all().await;
    let rotated = answers.iter().filter(|answer| matches!(answer, Redeemed::Rotated(_))).count();
    let retried = answers.iter().filter(|answer| matches!(answer, Redeemed::Retried { .. })).count();
    assert_eq!((rotated, retried), (1, 31), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_is_left_for_the_next_batch() {
    let Some(database) = Database::create(SUITE).await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let expired = [session(NOW), session(NOW)];
    for (n, session) in (0..).zip(expired.clone()) {
        SessionStore::create(&store, NewSession { session, refresh_token: [n; 32].into() }, Audit::none())
            .await
            .unwrap();
    }
    let mut holder = store.pool().begin().await.unwrap();
    let lock = "SELECT 1 FROM auth_core.sessions WHERE id = $1 FOR UPDATE";
    sqlx::query(lock).bind(expired[0].id.as_str()).execute(&mut *holder).await.unwrap();

    // The other session and its token are purged without waiting for this one.
    assert_eq!(store.purge_expired(NOW, 100).await.unwrap(), 2);
    holder.rollback().await.unwrap();
    assert_eq!(store.purge_expired(NOW, 100).await.unwrap(), 2);
    assert_eq!(store.purge_expired(NOW, 100).await.unwrap(), 0);
}
