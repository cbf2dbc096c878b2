//! Users, as an administrator sees them.

use async_trait::async_trait;
use sqlx::{SqliteConnection, query, query_scalar};

use super::SqliteStore;
use super::row::stored_names;
use crate::base::{Email, SubjectId};
use crate::store::sql::account;
use crate::store::{Account, AccountPatch, StoreError, UpdateOutcome, UserDirectory};

/// Whether the account is there but may not have this address.
async fn is_taken(email: &Email, id: &SubjectId, tx: &mut SqliteConnection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM auth_users WHERE email = ?1 AND id <> ?2)
                  AND EXISTS (SELECT 1 FROM auth_users WHERE id = ?2)";
    Ok(query_scalar(sql).bind(email.as_str()).bind(id.as_str()).fetch_one(tx).await?)
}

#[async_trait]
impl UserDirectory for SqliteStore {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        let row = query("SELECT id, email, roles, active, created_at FROM auth_users WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(account).transpose()
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT id, email, roles, active, created_at FROM auth_users WHERE id > ?1 ORDER BY id LIMIT ?2";
        let after = after.map_or("", SubjectId::as_str);
        let rows = query(sql).bind(after).bind(limit).fetch_all(&self.pool).await?;
        rows.iter().map(account).collect()
    }

    async fn update(&self, id: &SubjectId, patch: AccountPatch) -> Result<UpdateOutcome, StoreError> {
        let roles = patch.roles.as_deref().map(stored_names).transpose()?;
        let mut tx = self.write().await?;
        if let Some(email) = &patch.email
            && is_taken(email, id, &mut tx).await?
        {
            return Ok(UpdateOutcome::EmailTaken);
        }
        let sql = "UPDATE auth_users
                   SET email = coalesce(?2, email), roles = coalesce(?3, roles), active = coalesce(?4, active)
                   WHERE id = ?1 RETURNING id, email, roles, active, created_at";
        let row = query(sql)
            .bind(id.as_str())
            .bind(patch.email.as_ref().map(Email::as_str))
            .bind(roles)
            .bind(patch.active)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map_or(Ok(UpdateOutcome::NotFound), |row| account(row).map(UpdateOutcome::Updated))
    }

    async fn remove(&self, id: &SubjectId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        query("DELETE FROM auth_sessions WHERE subject = ?1").bind(id.as_str()).execute(&mut *tx).await?;
        query("DELETE FROM auth_api_keys WHERE owner = ?1").bind(id.as_str()).execute(&mut *tx).await?;
        let users = query("DELETE FROM auth_users WHERE id = ?1").bind(id.as_str()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(users.rows_affected() == 1)
    }
}
