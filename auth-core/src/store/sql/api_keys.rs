//! API keys.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, Value, records};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, KeysOf, Page, StoreError};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> ApiKeyStore for E {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let metadata = key.metadata.as_ref().map(ToString::to_string);
        let values = [
            key.id.as_str().into(),
            key.name.as_str().into(),
            key.owner.as_str().into(),
            Value::Names(Some(&key.scopes)),
            (&key.hash).into(),
            bytes(key.previous.as_ref().map(|(hash, _)| hash)),
            key.previous.map(|(_, until)| until).into(),
            key.created_at.into(),
            key.expires_at.into(),
            key.last_used_at.into(),
            metadata.as_deref().into(),
            Value::Flag(Some(key.self_service)),
            key.parent.as_ref().map(|parent| parent.id.as_str()).into(),
            bytes(key.parent.as_ref().map(|parent| &parent.hash)),
            bytes(key.imported.as_ref()),
        ];
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.add_key, &values).await?;
        commit::<E, _>(tx, audit, ()).await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.row(E::SQL.key, &[id.as_str().into()]).await?.as_ref().map(records::api_key).transpose()
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        self.row(E::SQL.imported_key, &[hash.into()]).await?.map(|row| row.parsed("id")).transpose()
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let (at, id) = page.place(ApiKeyId::as_str);
        let (at, id, limit) = (at.into(), id.into(), i64::from(page.limit).into());
        let rows = match owner {
            None => self.rows(E::SQL.keys, &[at, id, limit]).await?,
            Some(owner) => self.rows(E::SQL.keys_of, &[at, id, limit, owner.as_str().into()]).await?,
        };
        rows.iter().map(records::api_key).collect()
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), hash.into(), overlap_until.into(), owner.map(SubjectId::as_str).into()];
        let row = tx.row(E::SQL.rotate_key, &values).await?;
        let rotated = row.as_ref().map(records::api_key).transpose()?;
        commit::<E, _>(tx, audit, rotated).await
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), owner.map(SubjectId::as_str).into()];
        let revoked = tx.row(E::SQL.revoke_key, &values).await?.is_some();
        commit::<E, _>(tx, audit, revoked).await
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        let mut tx = self.begin().await?;
        let limit = i64::from(limit).into();
        let rows = match keys {
            KeysOf::Owner(owner) => tx.rows(E::SQL.revoke_keys_of, &[owner.as_str().into(), limit]).await?,
            KeysOf::Parent { id, except } => {
                let values = [id.as_str().into(), limit, bytes(except.first()), bytes(except.get(1))];
                tx.rows(E::SQL.revoke_keys_from, &values).await?
            }
        };
        let revoked = rows.iter().map(|row| row.parsed("id")).collect::<Result<_, _>>()?;
        commit::<E, _>(tx, audit, revoked).await
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.run(E::SQL.touch_key, &[id.as_str().into(), at.into()]).await
    }
}

fn bytes(hash: Option<&TokenHash>) -> Value<'_> {
    Value::Bytes(hash.map(|hash| hash.as_bytes().as_slice()))
}
