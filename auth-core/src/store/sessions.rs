//! Sessions and their refresh token families.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::token::TokenHash;
use crate::{SessionId, SubjectId, Timestamp};

/// Sessions, each with the family of refresh tokens that keeps it alive.
///
/// Every method is one atomic step: it has happened entirely or not at all, also when the process dies or the future is
/// dropped in the middle.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session with the first token of its family.
    async fn create(&self, session: NewSession) -> Result<(), StoreError>;

    /// The session with this id, unless it has ended.
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError>;

    /// The sessions of a subject that have not ended or expired at `now`, newest first.
    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// Exchanges a refresh token for its successor. Of any number of concurrent calls with the same token exactly one
    /// is answered [`Redeemed::Rotated`].
    async fn redeem(&self, redeem: Redeem<'_>) -> Result<Redeemed, StoreError>;

    /// Ends one session of a subject; `false` when the subject has no such session.
    async fn end(&self, subject: &SubjectId, id: &SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of a subject but `keep`, which is lifted to the given version of the subject. Returns the ids
    /// of those that ended.
    async fn end_all(&self, subject: &SubjectId, keep: Option<(&SessionId, u64)>)
    -> Result<Vec<SessionId>, StoreError>;

    /// Ends the session of a refresh token (RFC 7009); returns it, or `None` when the token is unknown.
    async fn end_by_refresh_token(&self, token: &TokenHash) -> Result<Option<Session>, StoreError>;
}

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// The hash of the first refresh token.
    pub refresh_token: TokenHash,
}

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id, `sid` in access tokens.
    pub id: SessionId,
    /// Whose session it is.
    pub subject: SubjectId,
    /// The subject's version that this session was accepted under; it dies when the subject's grows past it.
    pub version: u64,
    /// The scopes granted at login, separated by spaces; a refresh never widens them.
    pub scope: String,
    /// How the subject authenticated (RFC 8176), separated by spaces.
    pub amr: String,
    /// The `User-Agent` at login, shortened.
    pub agent: Option<String>,
    /// When the subject authenticated.
    pub created_at: Timestamp,
    /// When a refresh token of the family was last redeemed.
    pub last_used_at: Timestamp,
    /// When the family ends if it is not used until then; each refresh moves it on.
    pub expires_at: Timestamp,
}

/// One use of a refresh token.
#[derive(Clone, Copy, Debug)]
pub struct Redeem<'a> {
    /// The hash of the token presented.
    pub presented: &'a TokenHash,
    /// The hash of the token that is to follow it.
    pub successor: &'a TokenHash,
    /// That successor, sealed under the token presented; given back to a retry within the leeway.
    pub sealed_successor: &'a [u8],
    /// The time of the call.
    pub now: Timestamp,
    /// When the session expires if it is not used again.
    pub expires_at: Timestamp,
    /// How long after its first use a token may be retried. Zero: never.
    pub leeway: Duration,
}

/// What became of a refresh token's use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// First use: the successor is now the family's living token.
    Rotated(Session),
    /// A retry within the leeway: the sealed successor of the first use.
    Retried {
        /// The session.
        session: Session,
        /// What [`Redeem::sealed_successor`] was at the first use.
        sealed_successor: Vec<u8>,
    },
    /// Used before, and the leeway is over: somebody holds a copy. The session has been ended.
    Replayed(Session),
    /// Unknown, expired, or of a session that has ended.
    Refused,
}
