//! State of challenges between two requests, as `WebAuthn` needs it.

use async_trait::async_trait;

use super::StoreError;
use crate::base::{SubjectId, Timestamp};
use crate::token::TokenHash;

/// A store of challenges. Not public API: no operation uses it yet.
///
/// Every method is atomic, also when the process dies or the future is dropped.
#[async_trait]
pub trait Challenges: Send + Sync + 'static {
    /// Adds a challenge.
    async fn keep_challenge(&self, challenge: Challenge) -> Result<(), StoreError>;

    /// Removes the challenge with this hash. Of concurrent calls exactly one returns it. `None`, without a change, when there
    /// is none of this purpose that is valid at `now`.
    async fn take_challenge(
        &self,
        hash: &TokenHash,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError>;
}

/// A challenge that was sent to a client, and what its answer is checked by.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The hash of its random text.
    pub hash: TokenHash,
    /// What it is for.
    pub purpose: Box<str>,
    /// The subject; `None` for a login without a name.
    pub subject: Option<SubjectId>,
    /// What its answer is checked by.
    pub state: Vec<u8>,
    /// The time of expiry.
    pub expires_at: Timestamp,
}

redacted_debug!(Challenge);
