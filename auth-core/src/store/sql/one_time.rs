//! One-time tokens.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, records, stored_version};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Audit, OneTimeToken, OneTimeTokens, StoreError, VerifiedEmail};
use crate::token::{Purpose, TokenHash};

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> OneTimeTokens for E {
    async fn issue_token(&self, token: OneTimeToken, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let values = [
            (&token.hash).into(),
            token.purpose.name().into(),
            token.subject.as_str().into(),
            stored_version(token.version)?.into(),
            token.email.as_str().into(),
            token.created_at.into(),
            token.expires_at.into(),
        ];
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.issue_one_time, &values).await?;
        commit::<E, _>(tx, audit, ()).await
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<OneTimeToken>, StoreError> {
        self.row(E::SQL.one_time, &[hash.into()]).await?.as_ref().map(records::one_time).transpose()
    }

    async fn redeem_token(
        &self,
        hash: &TokenHash,
        purpose: Purpose,
        now: Timestamp,
        audit: Audit<'_, Option<OneTimeToken>>,
    ) -> Result<Option<OneTimeToken>, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx.row(E::SQL.redeem_one_time, &[hash.into(), purpose.name().into(), now.into()]).await?;
        let redeemed = row.as_ref().map(records::one_time).transpose()?;
        if let Some(token) = &redeemed {
            let values = [token.subject.as_str().into(), token.email.as_str().into(), now.into()];
            tx.rows(E::SQL.verify_email, &values).await?;
        }
        commit::<E, _>(tx, audit, redeemed).await
    }

    async fn verified_email(&self, subject: &SubjectId) -> Result<Option<VerifiedEmail>, StoreError> {
        let Some(row) = self.row(E::SQL.verified_email, &[subject.as_str().into()]).await? else { return Ok(None) };
        Ok(Some(VerifiedEmail { email: row.parsed("email")?, at: row.time("verified_at")? }))
    }

    async fn forget_tokens(&self, subject: &SubjectId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.forget_one_time, &[subject.as_str().into()]).await?;
        tx.rows(E::SQL.forget_verified_email, &[subject.as_str().into()]).await?;
        tx.commit().await
    }
}
