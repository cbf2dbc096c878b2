//! State of challenges.

use async_trait::async_trait;

use super::{MemoryStore, duplicate};
use crate::base::Timestamp;
use crate::store::{Challenge, Challenges, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl Challenges for MemoryStore {
    async fn keep_challenge(&self, challenge: Challenge) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.challenges.contains_key(&challenge.hash) {
            return Err(duplicate("challenge"));
        }
        tables.challenges.insert(challenge.hash, challenge);
        Ok(())
    }

    async fn take_challenge(
        &self,
        hash: &TokenHash,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError> {
        let mut tables = self.tables();
        let is_valid = |kept: &Challenge| *kept.purpose == *purpose && kept.expires_at > now;
        let is_taken = tables.challenges.get(hash).is_some_and(is_valid);
        Ok(if is_taken { tables.challenges.remove(hash) } else { None })
    }
}
