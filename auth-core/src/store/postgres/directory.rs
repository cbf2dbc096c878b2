//! Users, as an administrator sees them.

use async_trait::async_trait;
use sqlx::query;

use super::PostgresStore;
use super::row::stored_names;
use crate::base::{Email, SubjectId};
use crate::store::sql::account;
use crate::store::{Account, AccountPatch, StoreError, UpdateOutcome, UserDirectory};

/// Whether a write was refused because the e-mail address is taken.
fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.constraint() == Some("users_email_key"))
}

#[async_trait]
impl UserDirectory for PostgresStore {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, email, roles, active, created_at FROM auth_core.users WHERE id = $1";
        self.row(query(sql).bind(id.as_str())).await?.as_ref().map(account).transpose()
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT id, email, roles, active, created_at FROM auth_core.users WHERE id > $1 ORDER BY id LIMIT $2";
        let after = after.map_or("", SubjectId::as_str);
        self.rows(query(sql).bind(after).bind(i64::from(limit))).await?.iter().map(account).collect()
    }

    async fn update(&self, id: &SubjectId, patch: AccountPatch) -> Result<UpdateOutcome, StoreError> {
        let sql = "UPDATE auth_core.users
                   SET email = coalesce($2, email), roles = coalesce($3, roles), active = coalesce($4, active)
                   WHERE id = $1 RETURNING id, email, roles, active, created_at";
        let update = query(sql)
            .bind(id.as_str())
            .bind(patch.email.as_ref().map(Email::as_str))
            .bind(patch.roles.as_deref().map(stored_names))
            .bind(patch.active);
        let updated = self.bounded(async {
            match update.fetch_optional(&self.pool).await {
                Err(error) if is_taken(&error) => Ok(Err(UpdateOutcome::EmailTaken)),
                other => Ok(Ok(other?)),
            }
        });
        match updated.await? {
            Ok(Some(row)) => account(&row).map(UpdateOutcome::Updated),
            Ok(None) => Ok(UpdateOutcome::NotFound),
            Err(taken) => Ok(taken),
        }
    }

    async fn remove(&self, id: &SubjectId) -> Result<bool, StoreError> {
        self.bounded(async {
            let mut tx = self.begin().await?;
            super::sessions::lock_all(tx.connection()?, id).await?;
            query("DELETE FROM auth_core.sessions WHERE subject = $1")
                .bind(id.as_str())
                .execute(tx.connection()?)
                .await?;
            query("DELETE FROM auth_core.api_keys WHERE owner = $1")
                .bind(id.as_str())
                .execute(tx.connection()?)
                .await?;
            let users =
                query("DELETE FROM auth_core.users WHERE id = $1").bind(id.as_str()).execute(tx.connection()?).await?;
            tx.commit().await?;
            Ok(users.rows_affected() == 1)
        })
        .await
    }
}
