//! A database file for each test, and its rows.

use std::path::PathBuf;
use std::time::Duration;

use auth_core::store::{Audit, Holder, NewSession, Redeem, Redeemed, Session, SessionStore, SqliteStore};
use auth_core::token::TokenHash;
use auth_core::{SessionId, SubjectId, Timestamp};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
pub(crate) const LIFETIME: Duration = Duration::from_hours(1);
pub(crate) const LEEWAY: Duration = Duration::from_secs(10);

/// A placeholder for a sealed successor.
pub(crate) const SEALED_TEXT: &[u8] = b"sealed under the token presented";

pub(crate) struct TempFile {
    folder: TempDir,
}

impl TempFile {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("service.db")
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.url()).await.unwrap()
    }
}

/// The token hash of this number.
pub(crate) fn token(number: u8) -> TokenHash {
    TokenHash::from([number; 32])
}

/// The hash that stands for old tokens.
pub(crate) fn family() -> TokenHash {
    token(u8::MAX)
}

pub(crate) fn session() -> Session {
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
        expires_at: NOW.after(LIFETIME),
        ends_at: NOW.after(30 * LIFETIME),
        client_id: None,
        dpop_jkt: None,
    }
}

/// Begins a session whose first token is number 0.
pub(crate) async fn begin(store: &impl SessionStore) -> Session {
    let session = session();
    SessionStore::create(store, NewSession { session: session.clone(), refresh_token: token(0) }, Audit::none())
        .await
        .unwrap();
    session
}

/// Redeems a token for the one with the next number.
pub(crate) async fn redeem(store: &impl SessionStore, number: u8, now: Timestamp, leeway: Duration) -> Redeemed {
    redeem_for(store, &token(number), &token(number + 1), now, leeway).await
}

/// Redeems what stands for old tokens.
pub(crate) async fn redeem_family(store: &impl SessionStore, now: Timestamp) -> Redeemed {
    redeem_for(store, &family(), &token(254), now, LEEWAY).await
}

async fn redeem_for(
    store: &impl SessionStore,
    presented: &TokenHash,
    successor: &TokenHash,
    now: Timestamp,
    leeway: Duration,
) -> Redeemed {
    let (family, expires_at, holder) = (&family(), now.after(LIFETIME), Holder::default());
    let sealed_successor = SEALED_TEXT;
    let redeem = Redeem { presented, successor, family, sealed_successor, holder, now, expires_at, leeway };
    store.redeem(redeem, Audit::none()).await.unwrap()
}
