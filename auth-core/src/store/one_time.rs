//! One-time tokens and the addresses that they verified.

use async_trait::async_trait;

use super::{Audit, StoreError};
use crate::base::{Email, SubjectId, Timestamp};
use crate::token::{Purpose, TokenHash};

/// A store of one-time tokens: for a new password, for the verification or change of an e-mail address, for a login by
/// magic link.
/// It knows subjects by id only, so it works beside any [`UserStore`](crate::store::UserStore).
///
/// Every method is atomic, also when the process dies or the future is dropped.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait OneTimeTokens: Send + Sync + 'static {
    /// Adds a token, in place of an earlier one of the same subject and purpose.
    async fn issue_token(&self, token: OneTimeToken, audit: Audit<'_, ()>) -> Result<(), StoreError>;

    /// Returns the token with this hash, also an expired one. Changes nothing.
    async fn find_token(&self, hash: &TokenHash) -> Result<Option<OneTimeToken>, StoreError>;

    /// Removes the token and records its address as verified at `now`. Of concurrent calls with the same token exactly
    /// one returns it. `None`, without a change, when there is no such token of this purpose that is valid at `now`.
    async fn redeem_token(
        &self,
        hash: &TokenHash,
        purpose: Purpose,
        now: Timestamp,
        audit: Audit<'_, Option<OneTimeToken>>,
    ) -> Result<Option<OneTimeToken>, StoreError>;

    /// Returns the address that the subject verified last.
    async fn verified_email(&self, subject: &SubjectId) -> Result<Option<VerifiedEmail>, StoreError>;

    /// Removes the tokens and the verified address of a subject that was removed.
    async fn forget_tokens(&self, subject: &SubjectId) -> Result<(), StoreError>;
}

/// A one-time token as the store keeps it. It is valid only while its subject is active and has this version and this
/// address, unless it changes the address: a changed password or address makes it invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeToken {
    /// The hash of its text.
    pub hash: TokenHash,
    /// What it is for.
    pub purpose: Purpose,
    /// The subject.
    pub subject: SubjectId,
    /// The version of the subject when it was issued.
    pub version: u64,
    /// The address that it was sent to.
    pub email: Email,
    /// The time of issue.
    pub created_at: Timestamp,
    /// The time of expiry.
    pub expires_at: Timestamp,
}

/// An address to which a one-time token was sent that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEmail {
    /// The address.
    pub email: Email,
    /// The time of the last verification.
    pub at: Timestamp,
}
