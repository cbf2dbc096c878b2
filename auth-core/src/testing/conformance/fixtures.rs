//! Builders for the checks.

use std::time::Duration;

use crate::base::{ApiKeyId, Email, SessionId, SubjectId, Timestamp};
use crate::password::PasswordHash;
use crate::store::{ApiKeyRecord, Audit, Holder, NewSession, NewUser, Redeem, Redeemed, Session, SessionStore};
use crate::token::TokenHash;

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
pub(super) const LIFETIME: Duration = Duration::from_hours(7 * 24);
pub(super) const LEEWAY: Duration = Duration::from_secs(10);

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The hash of a new token.
pub(super) fn token() -> TokenHash {
    TokenHash::of(SessionId::random().as_str())
}

pub(super) fn email() -> Email {
    format!("{}@example.com", SubjectId::random()).parse().unwrap()
}

pub(super) fn password(text: &str) -> PasswordHash {
    PasswordHash::from_stored(format!("$argon2id$v=19$m=19456,t=2,p=1${text}"))
}

pub(super) fn new_user(email: &Email) -> NewUser {
    NewUser::new(email.clone(), password("first")).with_roles(roles(&["User"]))
}

pub(super) fn roles(names: &[&str]) -> Vec<Box<str>> {
    names.iter().map(|&name| name.into()).collect()
}

/// A session as of [`NOW`].
pub(super) fn session(subject: &SubjectId) -> Session {
    Session {
        id: SessionId::random(),
        subject: subject.clone(),
        version: 3,
        scope: "profile reports:read".to_owned(),
        amr: "pwd".to_owned(),
        agent: Some("Mozilla/5.0 \"quoted\" \u{1F980}".to_owned()),
        created_at: NOW,
        authenticated_at: NOW,
        last_used_at: NOW,
        expires_at: NOW.after(LIFETIME),
        ends_at: NOW.after(4 * LIFETIME),
        client_id: None,
        dpop_jkt: None,
    }
}

pub(super) async fn begin<S: SessionStore>(store: &S, session: &Session) -> TokenHash {
    let first = token();
    store.create(NewSession { session: session.clone(), refresh_token: first }, Audit::none()).await.unwrap();
    first
}

/// A new subject's only session, and its first token.
pub(super) async fn family<S: SessionStore>(store: &S) -> (Session, TokenHash) {
    let session = session(&SubjectId::random());
    let first = begin(store, &session).await;
    (session, first)
}

/// A stand-in for a sealed token, which the checks can open: a prefix and the hash.
pub(super) fn seal(successor: &TokenHash) -> Vec<u8> {
    [b"sealed:".as_slice(), successor.as_bytes()].concat()
}

pub(super) fn open(sealed: &[u8]) -> TokenHash {
    let hash = sealed.strip_prefix(b"sealed:").unwrap();
    TokenHash::from(<[u8; 32]>::try_from(hash).unwrap())
}

pub(super) async fn redeem<S: SessionStore>(
    store: &S,
    presented: &TokenHash,
    successor: &TokenHash,
    now: Timestamp,
    leeway: Duration,
) -> Redeemed {
    redeem_as(store, Holder::default(), presented, successor, now, leeway).await
}

pub(super) async fn redeem_as<S: SessionStore>(
    store: &S,
    holder: Holder<'_>,
    presented: &TokenHash,
    successor: &TokenHash,
    now: Timestamp,
    leeway: Duration,
) -> Redeemed {
    let (sealed_successor, family, expires_at) = (&seal(successor), &token(), now.after(LIFETIME));
    let redeem = Redeem { presented, successor, family, sealed_successor, holder, now, expires_at, leeway };
    store.redeem(redeem, Audit::none()).await.unwrap()
}

/// A redemption whose successor is not opened.
pub(super) fn redeem_of<'a>(presented: &'a TokenHash, successor: &'a TokenHash, now: Timestamp) -> Redeem<'a> {
    let (sealed_successor, expires_at) = (presented.as_bytes().as_slice(), now.after(LIFETIME));
    let (family, holder, leeway) = (successor, Holder::default(), LEEWAY);
    Redeem { presented, successor, family, sealed_successor, holder, now, expires_at, leeway }
}

/// Redeems an unused token, and returns the successor.
pub(super) async fn rotate<S: SessionStore>(store: &S, presented: &TokenHash, now: Timestamp) -> TokenHash {
    let successor = token();
    let redeemed = redeem(store, presented, &successor, now, LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Rotated(_)), "a first use was answered {redeemed:?}");
    successor
}

pub(super) fn api_key(owner: &SubjectId) -> ApiKeyRecord {
    ApiKeyRecord {
        id: ApiKeyId::random(),
        name: "nightly export".to_owned(),
        owner: owner.clone(),
        scopes: roles(&["reports:read", "odd\"one\\"]),
        metadata: Some(serde_json::json!({ "environment": "st\u{e4}ging \"quoted\"\u{0}", "limit": [1.5, null] })),
        self_service: false,
        parent: None,
        imported: None,
        hash: token(),
        previous: None,
        created_at: NOW,
        expires_at: Some(NOW.after(LIFETIME)),
        last_used_at: None,
    }
}
