//! Second factors and recovery codes.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, Value, records, stored_version};
use crate::base::{FactorId, SubjectId, Timestamp};
use crate::store::{Audit, Factor, FactorKind, NewFactor, Removable, SecondFactors, StoreError};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> SecondFactors for E {
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let values = [
            factor.id.as_str().into(),
            factor.subject.as_str().into(),
            factor.kind.name().into(),
            Value::Bytes(Some(&factor.secret)),
            factor.created_at.into(),
        ];
        let mut tx = self.begin().await?;
        let enrolled = tx.row(E::SQL.enrol_factor, &values).await?.is_some();
        commit::<E, _>(tx, audit, enrolled).await
    }

    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError> {
        self.rows(E::SQL.factors, &[subject.as_str().into()]).await?.iter().map(records::factor).collect()
    }

    async fn has_factors(&self) -> Result<bool, StoreError> {
        Ok(!self.rows(E::SQL.any_factor, &[]).await?.is_empty())
    }

    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), stored_version(counter)?.into(), now.into()];
        let Some(row) = tx.row(E::SQL.confirm_factor, &values).await? else { return Ok(false) };
        let subject = row.text("subject")?;
        tx.rows(E::SQL.forget_recovery_codes, &[subject.as_str().into()]).await?;
        for code in codes {
            tx.rows(E::SQL.add_recovery_code, &[subject.as_str().into(), code.into()]).await?;
        }
        commit::<E, _>(tx, audit, true).await
    }

    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        secret: Option<&[u8]>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), stored_version(counter)?.into(), now.into(), Value::Bytes(secret)];
        let used = tx.row(E::SQL.use_factor, &values).await?.is_some();
        commit::<E, _>(tx, audit, used).await
    }

    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let used = tx.row(E::SQL.use_recovery_code, &[subject.as_str().into(), code.into()]).await?.is_some();
        commit::<E, _>(tx, audit, used).await
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let values = [subject.as_str().into(), kind.name().into(), removable.until().into()];
        let removed = tx.rows(E::SQL.remove_factors, &values).await?;
        tx.rows(E::SQL.forget_lone_codes, &[subject.as_str().into()]).await?;
        commit::<E, _>(tx, audit, !removed.is_empty()).await
    }

    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.forget_factors, &[subject.as_str().into()]).await?;
        tx.rows(E::SQL.forget_recovery_codes, &[subject.as_str().into()]).await?;
        tx.commit().await
    }
}
