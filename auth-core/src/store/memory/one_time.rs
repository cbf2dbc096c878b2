//! One-time tokens.

use async_trait::async_trait;

use super::{MemoryStore, duplicate};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Audit, OneTimeToken, OneTimeTokens, StoreError, VerifiedEmail};
use crate::token::{Purpose, TokenHash};

#[async_trait]
impl OneTimeTokens for MemoryStore {
    async fn issue_token(&self, token: OneTimeToken, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.one_time.retain(|_, other| (&other.subject, other.purpose) != (&token.subject, token.purpose));
        if tables.one_time.contains_key(&token.hash) {
            return Err(duplicate("one-time token"));
        }
        tables.one_time.insert(token.hash, token);
        tables.recorded(audit, ());
        Ok(())
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<OneTimeToken>, StoreError> {
        Ok(self.tables().one_time.get(hash).cloned())
    }

    async fn redeem_token(
        &self,
        hash: &TokenHash,
        purpose: Purpose,
        now: Timestamp,
        audit: Audit<'_, Option<OneTimeToken>>,
    ) -> Result<Option<OneTimeToken>, StoreError> {
        let mut tables = self.tables();
        let is_valid = |token: &&OneTimeToken| token.purpose == purpose && token.expires_at > now;
        let Some(token) = tables.one_time.get(hash).filter(is_valid).cloned() else { return Ok(None) };
        tables.one_time.remove(hash);
        tables.verified.insert(token.subject.clone(), VerifiedEmail { email: token.email.clone(), at: now });
        Ok(tables.recorded(audit, Some(token)))
    }

    async fn verified_email(&self, subject: &SubjectId) -> Result<Option<VerifiedEmail>, StoreError> {
        Ok(self.tables().verified.get(subject).cloned())
    }

    async fn forget_tokens(&self, subject: &SubjectId) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.one_time.retain(|_, token| token.subject != *subject);
        tables.verified.remove(subject);
        Ok(())
    }
}
