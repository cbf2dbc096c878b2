//! Sessions and their refresh token families.

use std::time::Duration;

use async_trait::async_trait;

use super::{Audit, StoreError};
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::token::TokenHash;

/// Sessions, each with the family of refresh tokens that keeps it alive.
///
/// Every method is one atomic step: it has happened entirely or not at all, also when the process dies or the future is
/// dropped in the middle.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store did not answer, or holds what cannot be read. Whether a change was made is
/// then unknown, and the operation that asked for it is refused with 503.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session with the first token of its family.
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError>;

    /// The session with this id, unless it has ended.
    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError>;

    /// The sessions of a subject that have not ended or expired at `now`, newest first.
    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// Exchanges a refresh token for its successor. Of any number of concurrent calls with the same token exactly one
    /// is answered [`Redeemed::Rotated`].
    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError>;

    /// Ends one session of a subject; `false` when the subject has no such session.
    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Ends all sessions of a subject but `keep`, which is lifted to the given version of the subject, or stays where it is
    /// past that already. Returns the ids of those that ended.
    async fn end_all(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// What is known of a refresh token: any of a session that has not ended, used and expired ones included for as long
    /// as they are kept. Changes nothing.
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
    /// When the family ends if it is not used until then; each refresh moves it on, never beyond `ends_at`.
    pub expires_at: Timestamp,
    /// When the family ends however much it is used.
    pub ends_at: Timestamp,
    /// The client that the session was begun by and that alone may refresh it (RFC 6749 section 6); `None` for the
    /// service's own.
    pub client_id: Option<ClientId>,
    /// The SHA-256 thumbprint (RFC 7638, base64url) of the key that every refresh must prove to hold (RFC 9449 section
    /// 5); `None` when the family is bound to no key. It stays as it was at login.
    pub dpop_jkt: Option<String>,
}

impl Session {
    /// Whether a refresh token of this session is good in these hands: the client's, with the key or without as it was
    /// begun.
    ///
    /// A session that was begun without a key is never bound to one later: a thief could bind it to his own, and the
    /// use of the stolen token by its owner would then not be seen as a replay.
    ///
    /// ```
    /// # use auth_core::{ClientId, Login, Registration, store::Holder, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// # auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    /// let session = auth.sessions(&ada).await?.remove(0);
    /// assert!(session.is_bound_to(&Holder::default())); // begun by the service's own client
    ///
    /// let another: ClientId = "billing".parse()?;
    /// assert!(!session.is_bound_to(&Holder { client_id: Some(&another), ..Holder::default() }));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_bound_to(&self, holder: &Holder<'_>) -> bool {
        self.client_id.as_ref() == holder.client_id && self.dpop_jkt.as_deref() == holder.dpop_jkt
    }

    /// The session as it is after this first use of its living token: used now, and its expiry moved on as far as its
    /// end allows. The successor expires with it.
    #[must_use]
    pub fn refreshed(mut self, redeem: &Redeem<'_>) -> Self {
        self.last_used_at = redeem.now;
        self.expires_at = redeem.expires_at.min(self.ends_at);
        self
    }
}

/// Who presents a refresh token, as far as that was proved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holder<'a> {
    /// The client, authenticated if it is one that can be; `None` for the service's own.
    pub client_id: Option<&'a ClientId>,
    /// The thumbprint of the key that the request proved to hold (RFC 9449); `None` also for a client that proved itself
    /// by a secret, whose sessions are bound to that.
    pub dpop_jkt: Option<&'a str>,
}

/// A refresh token as a store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// The session whose family it belongs to.
    pub session: Session,
    /// When it expires unused.
    pub expires_at: Timestamp,
    /// Whether it has been exchanged for a successor.
    pub used: bool,
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
    /// Who presents it.
    pub holder: Holder<'a>,
    /// The time of the call.
    pub now: Timestamp,
    /// When the session expires if it is not used again; the store cuts this at the session's end.
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
    /// Bound to another client or key than its holder's. Nothing was changed: the token is not spent, and whoever it was
    /// issued to is not logged out by somebody else's request.
    WrongHolder(Session),
    /// Unknown, expired, or of a session that has ended.
    Refused,
}
