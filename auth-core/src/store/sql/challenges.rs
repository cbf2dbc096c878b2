//! State of challenges.

use async_trait::async_trait;

use super::{Columns, Engine, Transaction, Value, corrupt};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Challenge, Challenges, StoreError};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> Challenges for E {
    async fn keep_challenge(&self, challenge: Challenge) -> Result<(), StoreError> {
        let values = [
            (&challenge.hash).into(),
            (&*challenge.purpose).into(),
            challenge.subject.as_ref().map(SubjectId::as_str).into(),
            Value::Bytes(Some(&challenge.state)),
            challenge.expires_at.into(),
        ];
        self.run(E::SQL.keep_challenge, &values).await
    }

    async fn take_challenge(
        &self,
        hash: &TokenHash,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError> {
        let mut tx = self.begin().await?;
        let Some(row) = tx.row(E::SQL.take_challenge, &[hash.into(), purpose.into(), now.into()]).await? else {
            return Ok(None);
        };
        let challenge = Challenge {
            hash: row.hash("hash")?,
            purpose: row.text("purpose")?.into(),
            subject: row.optional_parsed("subject")?,
            state: row.optional_bytes("state")?.ok_or_else(|| corrupt("state", "it is missing"))?,
            expires_at: row.time("expires_at")?,
        };
        tx.commit().await?;
        Ok(Some(challenge))
    }
}
