//! API keys.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, Value, records};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, Page, StoreError};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> ApiKeyStore for E {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let values = [
            key.id.as_str().into(),
            key.name.as_str().into(),
            key.owner.as_str().into(),
            Value::Names(Some(&key.scopes)),
            (&key.hash).into(),
            Value::Bytes(key.previous.as_ref().map(|(hash, _)| hash.as_bytes().as_slice())),
            key.previous.map(|(_, until)| until).into(),
            key.created_at.into(),
            key.expires_at.into(),
            key.last_used_at.into(),
        ];
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.add_key, &values).await?;
        commit::<E, _>(tx, audit, ()).await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.row(E::SQL.key, &[id.as_str().into()]).await?.as_ref().map(records::api_key).transpose()
    }

    async fn list(&self, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let (at, id) = page.place(ApiKeyId::as_str);
        let rows = self.rows(E::SQL.keys, &[at.into(), id.into(), i64::from(page.limit).into()]).await?;
        rows.iter().map(records::api_key).collect()
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx.row(E::SQL.rotate_key, &[id.as_str().into(), hash.into(), overlap_until.into()]).await?;
        let rotated = row.as_ref().map(records::api_key).transpose()?;
        commit::<E, _>(tx, audit, rotated).await
    }

    async fn revoke(&self, id: &ApiKeyId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let revoked = tx.row(E::SQL.revoke_key, &[id.as_str().into()]).await?.is_some();
        commit::<E, _>(tx, audit, revoked).await
    }

    async fn revoke_all(
        &self,
        owner: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = tx.rows(E::SQL.revoke_keys_of, &[owner.as_str().into(), i64::from(limit).into()]).await?;
        let revoked = rows.iter().map(|row| row.parsed("id")).collect::<Result<_, _>>()?;
        commit::<E, _>(tx, audit, revoked).await
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.run(E::SQL.touch_key, &[id.as_str().into(), at.into()]).await
    }
}
