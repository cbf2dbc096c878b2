//! The table of users, as auth-core needs it.

use async_trait::async_trait;
use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, StoreError, SubjectState, UserRecord, UserStore};
use sqlx::{query, query_as, query_scalar};

use crate::database::{Database, with_pool};

pub(crate) struct Users(Database);

impl Users {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    async fn find(&self, sql: &'static str, by: &str) -> Result<Option<UserRecord>, StoreError> {
        let row = with_pool!(&self.0, pool => query_as(sql).bind(by).fetch_optional(pool).await)?;
        row.map(|(id, email, name, hash, active, version): (String, String, String, String, bool, i64)| {
            Ok(UserRecord {
                id: id.parse().map_err(StoreError::unavailable)?,
                email: email.parse().ok(),
                words: vec![name.into()],
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
        let sql =
            "SELECT id, email, username, password_hash, active, version FROM users WHERE lower(email) = lower($1)";
        self.find(sql, login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.find("SELECT id, email, username, password_hash, active, version FROM users WHERE id = $1", id.as_str())
            .await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        _audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET password_hash = $3, version = version + 1
                   WHERE id = $1 AND version = $2 AND active RETURNING version";
        let (id, version, hash) = (id.as_str(), version.cast_signed(), hash.as_str());
        let version: Option<i64> = with_pool!(&self.0, pool => {
            query_scalar(sql).bind(id).bind(version).bind(hash).fetch_optional(pool).await
        })?;
        Ok(version.map(i64::unsigned_abs))
    }

    async fn revoke_tokens(&self, id: &SubjectId, _audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET version = version + 1 WHERE id = $1 RETURNING version";
        let version: Option<i64> =
            with_pool!(&self.0, pool => query_scalar(sql).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(version.map(i64::unsigned_abs))
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        _audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
        let (id, old, new) = (id.as_str(), old.as_str(), new.as_str());
        let upgraded: u64 = with_pool!(&self.0, pool => {
            query(sql).bind(id).bind(old).bind(new).execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(upgraded == 1)
    }
}
