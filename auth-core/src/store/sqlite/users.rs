//! Users, as authentication sees them.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use super::SqliteStore;
use super::row::stored_names;
use crate::base::{Clock, SubjectId, SystemClock};
use crate::password::PasswordHash;
use crate::store::sql::{corrupt, user};
use crate::store::{NewUser, StoreError, UserRecord, UserRegistry, UserStore};

#[async_trait]
impl UserStore for SqliteStore {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        let row = query("SELECT id, password_hash, active, roles, version FROM auth_users WHERE email = ?1")
            .bind(login.trim().to_lowercase())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(user).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        let row = query("SELECT id, password_hash, active, roles, version FROM auth_users WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(user).transpose()
    }

    async fn set_password(&self, id: &SubjectId, hash: &PasswordHash) -> Result<Option<u64>, StoreError> {
        let mut tx = self.write().await?;
        let sql = "UPDATE auth_users SET password_hash = ?2, version = version + 1 WHERE id = ?1 RETURNING version";
        let version: Option<i64> =
            query_scalar(sql).bind(id.as_str()).bind(hash.as_str()).fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        version.map(u64::try_from).transpose().map_err(|error| corrupt("version", error))
    }

    async fn raise_version(&self, id: &SubjectId) -> Result<Option<u64>, StoreError> {
        let mut tx = self.write().await?;
        let sql = "UPDATE auth_users SET version = version + 1 WHERE id = ?1 RETURNING version";
        let version: Option<i64> = query_scalar(sql).bind(id.as_str()).fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        version.map(u64::try_from).transpose().map_err(|error| corrupt("version", error))
    }

    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        query("UPDATE auth_users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2")
            .bind(id.as_str())
            .bind(old.as_str())
            .bind(new.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

#[async_trait]
impl UserRegistry for SqliteStore {
    async fn create(&self, user: NewUser) -> Result<Option<SubjectId>, StoreError> {
        let id = SubjectId::random();
        let mut tx = self.write().await?;
        let sql = "INSERT INTO auth_users (id, email, password_hash, roles, active, version, created_at)
                   VALUES (?1, ?2, ?3, ?4, 1, 0, ?5) ON CONFLICT (email) DO NOTHING";
        let inserted = query(sql)
            .bind(id.as_str())
            .bind(user.email.as_str())
            .bind(user.password_hash.as_str())
            .bind(stored_names(&user.roles)?)
            .bind(SystemClock.now().as_millis())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok((inserted == 1).then_some(id))
    }
}
