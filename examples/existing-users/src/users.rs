//! The table `users (id, email, hashed_password, is_active, is_admin)`, with one more column.

use async_trait::async_trait;
use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, StoreError, SubjectState, UserRecord, UserStore};
use sqlx::{SqlitePool, query, query_as, query_scalar};

use crate::unavailable;

/// The users of the former application.
#[derive(Clone, Debug)]
pub struct LegacyUsers(SqlitePool);

type Row = (i64, String, Option<String>, bool, bool, i64);

fn record((id, email, hash, active, admin, version): Row) -> Result<UserRecord, StoreError> {
    let roles = if admin { vec!["Admin".into()] } else { vec![] };
    Ok(UserRecord {
        id: id.to_string().parse().map_err(StoreError::unavailable)?,
        email: email.parse().ok(),
        // The table does not say.
        created_at: None,
        password_hash: hash.map(PasswordHash::from_stored),
        state: SubjectState { active, roles: roles.into(), version: version.unsigned_abs() },
    })
}

/// A subject is found by the index of `id`; the cast keeps `01` from being another spelling of `1`.
#[async_trait]
impl UserStore for LegacyUsers {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        let sql = "SELECT id, email, hashed_password, is_active, is_admin, version FROM users WHERE email = lower(?1)";
        query_as(sql).bind(login).fetch_optional(&self.0).await.map_err(unavailable)?.map(record).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        let sql = "SELECT id, email, hashed_password, is_active, is_admin, version FROM users
                   WHERE id = ?1 AND CAST(id AS TEXT) = ?1";
        query_as(sql).bind(id.as_str()).fetch_optional(&self.0).await.map_err(unavailable)?.map(record).transpose()
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        _audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET hashed_password = ?3, version = version + 1
                   WHERE id = ?1 AND CAST(id AS TEXT) = ?1 AND version = ?2 AND is_active RETURNING version";
        let version = i64::try_from(version).map_err(StoreError::unavailable)?;
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).bind(version).bind(hash.as_str());
        Ok(version.fetch_optional(&self.0).await.map_err(unavailable)?.map(i64::unsigned_abs))
    }

    async fn revoke_tokens(&self, id: &SubjectId, _audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET version = version + 1 WHERE id = ?1 AND CAST(id AS TEXT) = ?1 RETURNING version";
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).fetch_optional(&self.0);
        Ok(version.await.map_err(unavailable)?.map(i64::unsigned_abs))
    }

    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let sql = "UPDATE users SET hashed_password = ?3
                   WHERE id = ?1 AND CAST(id AS TEXT) = ?1 AND hashed_password = ?2";
        let upgrade = query(sql).bind(id.as_str()).bind(old.as_str()).bind(new.as_str());
        upgrade.execute(&self.0).await.map_err(unavailable).map(|_| ())
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        let sql = "SELECT min(hashed_password) FROM users WHERE hashed_password IS NOT NULL
                   GROUP BY substr(hashed_password, 1, 30)";
        let samples = query_scalar::<_, String>(sql).fetch_all(&self.0).await.map_err(unavailable)?;
        Ok(samples.into_iter().map(PasswordHash::from_stored).collect())
    }
}

impl LegacyUsers {
    /// Adds the column that is incremented with every new password, which the table lacks.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the database does not answer or has no such table.
    pub async fn open(pool: SqlitePool) -> Result<Self, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('users') WHERE name = 'version')";
        if !query_scalar::<_, bool>(sql).fetch_one(&pool).await.map_err(unavailable)? {
            let add = "ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 0";
            query(add).execute(&pool).await.map_err(unavailable)?;
        }
        Ok(Self(pool))
    }
}
