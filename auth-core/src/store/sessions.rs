//! Sessions and their refresh token families.

use std::time::Duration;

use async_trait::async_trait;

use super::{Audit, Cursor, Page, StoreError};
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::token::TokenHash;

/// A store of sessions, each with its family of refresh tokens.
///
/// Every method is atomic, also when the process dies or the future is dropped.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session with the first token of its family.
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError>;

    /// Returns the session with this id, unless it has ended.
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError>;

    /// Returns a page of the sessions of a subject that have this version and have neither ended nor expired at `now`,
    /// newest first.
    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError>;

    /// Exchanges a refresh token for its successor. Of concurrent calls with the same token exactly one returns
    /// [`Redeemed::Rotated`].
    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError>;

    /// Ends one session of a subject; `false` when the subject has no such session.
    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Ends at most `limit` sessions of a subject in one short step and returns their ids; fewer than `limit` mean that
    /// none is left.
    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Records that the subject of a session has authenticated again. Returns the changed session; `None`, without a change,
    /// when the subject has no such session of this version, or it has ended.
    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError>;

    /// Returns a refresh token of a session that has not ended, also a used or expired one while it is kept, and also by
    /// the hash that stands for used tokens of its family ([`Redeem::family`]). Changes nothing.
    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError>;
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
    /// The subject of the session.
    pub subject: SubjectId,
    /// The version of the subject at login; the session is invalid when the subject has a later one.
    pub version: u64,
    /// The scopes granted at login, separated by spaces; a refresh never widens them.
    pub scope: String,
    /// The authentication methods (RFC 8176), separated by spaces.
    pub amr: String,
    /// The `User-Agent` at login, shortened.
    pub agent: Option<String>,
    /// The time of the login.
    pub created_at: Timestamp,
    /// The time of the last authentication, `auth_time` in access tokens: the login, or a later step-up.
    pub authenticated_at: Timestamp,
    /// The time of the last refresh.
    pub last_used_at: Timestamp,
    /// The expiry without a refresh; each refresh extends it, at most to `ends_at`.
    pub expires_at: Timestamp,
    /// The final expiry, regardless of refreshes.
    pub ends_at: Timestamp,
    /// The client that began the session and that alone may refresh it (RFC 6749 section 6); `None` for the service's
    /// own client.
    pub client_id: Option<ClientId>,
    /// The SHA-256 thumbprint (RFC 7638, base64url) of the key that every refresh must prove possession of (RFC 9449
    /// section 5); `None` when the family is not bound to a key. It does not change after login.
    pub dpop_jkt: Option<String>,
}

impl Session {
    /// Its place in a list.
    #[must_use]
    pub fn cursor(&self) -> Cursor<SessionId> {
        Cursor { at: self.created_at, id: self.id.clone() }
    }

    /// Whether this holder may use refresh tokens of this session: the same client, with the same key or without a key
    /// as at login.
    ///
    /// A session without a key is never bound to one later: an attacker could bind it to their own key, and the owner's
    /// use of the stolen token would then not be detected as a replay.
    #[must_use]
    pub fn is_bound_to(&self, holder: &Holder<'_>) -> bool {
        self.client_id.as_ref() == holder.client_id && self.dpop_jkt.as_deref() == holder.dpop_jkt
    }

    /// The session after the first use of its current token: used now, and its expiry extended, at most to its end. The
    /// successor expires with it.
    #[must_use]
    pub fn refreshed(mut self, redeem: &Redeem<'_>) -> Self {
        self.last_used_at = redeem.now;
        self.expires_at = redeem.expires_at.min(self.ends_at);
        self
    }
}

/// Another authentication in a session.
#[derive(Clone, Copy, Debug)]
pub struct StepUp<'a> {
    /// The session.
    pub session: &'a SessionId,
    /// Its subject.
    pub subject: &'a SubjectId,
    /// The version of the session, which must still be its version.
    pub version: u64,
    /// The authentication methods (RFC 8176) from now on, separated by spaces.
    pub amr: &'a str,
    /// The time of the authentication.
    pub at: Timestamp,
}

/// The authenticated client and key of a request with a refresh token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holder<'a> {
    /// The client, authenticated if it is confidential; `None` for the service's own client.
    pub client_id: Option<&'a ClientId>,
    /// The thumbprint of the key of the DPoP proof (RFC 9449); also `None` for a confidential client, whose sessions
    /// are bound to its secret.
    pub dpop_jkt: Option<&'a str>,
}

/// A stored refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// The session of its family.
    pub session: Session,
    /// The time of expiry.
    pub expires_at: Timestamp,
    /// Whether it was exchanged for a successor.
    pub used: bool,
}

/// One use of a refresh token.
#[derive(Clone, Copy, Debug)]
pub struct Redeem<'a> {
    /// The hash of the presented token.
    pub presented: &'a TokenHash,
    /// The hash of its successor.
    pub successor: &'a TokenHash,
    /// The hash of what the tokens of the family share ([`Token::family`](crate::token::Token::family)).
    ///
    /// The built-in stores keep the last 100 used tokens of a family and, in place of older ones, this hash as one more
    /// used token until the session's end: a replay of an older one is still detected. A store that keeps every used
    /// token until it expires may ignore it.
    pub family: &'a TokenHash,
    /// The successor, encrypted with the presented token; returned to a retry within the leeway.
    pub sealed_successor: &'a [u8],
    /// The client and key of the request.
    pub holder: Holder<'a>,
    /// The time of the call.
    pub now: Timestamp,
    /// The new expiry of the session; the store limits it to the session's end.
    pub expires_at: Timestamp,
    /// How long after its first use a token may be retried, while its successor is unused; zero for never.
    pub leeway: Duration,
}

/// The outcome of [`SessionStore::redeem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// First use: the successor is now the current token of the family.
    Rotated(Session),
    /// A retry within the leeway, while the successor is unused: the sealed successor of the first use.
    Retried {
        /// The session.
        session: Session,
        /// The [`Redeem::sealed_successor`] of the first use.
        sealed_successor: Vec<u8>,
    },
    /// Used before, and the leeway is over or the successor is used: the token was copied. The session was ended.
    Replayed(Session),
    /// Bound to another client or key. Nothing changed: a request by another client neither spends the token nor ends
    /// the session.
    WrongHolder(Session),
    /// Unknown, expired, or of an ended session.
    Refused,
}
