//! The table of users, as auth-core needs it.

use async_trait::async_trait;
use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, StoreError, SubjectState, UserRecord, UserStore};
use sqlx::{SqlitePool, query, query_as, query_scalar};

pub(crate) struct Users(SqlitePool);

impl Users {
    pub(crate) const fn new(pool: SqlitePool) -> Self {
        Self(pool)
    }

    async fn find(&self, sql: &'static str, by: &str) -> Result<Option<UserRecord>, StoreError> {
        let row = query_as(sql).bind(by).fetch_optional(&self.0).await.map_err(StoreError::unavailable)?;
        row.map(|(id, email, hash, active, version): (String, String, String, bool, i64)| {
            Ok(UserRecord {
                id: id.parse().map_err(StoreError::unavailable)?,
                email: email.parse().ok(),
                created_at: None,
                password_hash: Some(PasswordHash::from_stored(hash)),
                state: SubjectState { active, roles: [].into(), version: version.unsigned_abs() },
            })
        })
        .transpose()
    }
}

#[async_trait]
impl UserStore for Users {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.find("SELECT id, email, password_hash, active, version FROM users WHERE email = ?1", login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.find("SELECT id, email, password_hash, active, version FROM users WHERE id = ?1", id.as_str()).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        _audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET password_hash = ?3, version = version + 1
                   WHERE id = ?1 AND version = ?2 AND active RETURNING version";
        let version = i64::try_from(version).map_err(StoreError::unavailable)?;
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).bind(version).bind(hash.as_str());
        let version = version.fetch_optional(&self.0).await.map_err(StoreError::unavailable)?;
        Ok(version.map(i64::unsigned_abs))
    }

    async fn revoke_tokens(&self, id: &SubjectId, _audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET version = version + 1 WHERE id = ?1 RETURNING version";
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).fetch_optional(&self.0);
        Ok(version.await.map_err(StoreError::unavailable)?.map(i64::unsigned_abs))
    }

    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let sql = "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
        let upgrade = query(sql).bind(id.as_str()).bind(old.as_str()).bind(new.as_str());
        upgrade.execute(&self.0).await.map_err(StoreError::unavailable).map(|_| ())
    }
}
