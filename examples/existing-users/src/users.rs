//! The table `users (id, email, hashed_password, is_active, is_admin)`, with one more column.

use async_trait::async_trait;
use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::sqlx::{self, SqlitePool, query, query_as, query_scalar};
use auth_core::store::{
    Audit, Created, NewUser, StoreError, SubjectState, UserRecord, UserRegistry, UserRejected, UserStore,
};

/// The users of the former application.
#[derive(Clone, Debug)]
pub struct LegacyUsers(SqlitePool);

type Row = (i64, String, Option<String>, bool, bool, i64);

fn id(id: i64) -> Result<SubjectId, StoreError> {
    id.to_string().parse().map_err(StoreError::unavailable)
}

fn record((row, email, hash, active, admin, version): Row) -> Result<UserRecord, StoreError> {
    let roles = if admin { vec!["Admin".into()] } else { vec![] };
    Ok(UserRecord {
        id: id(row)?,
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
        query_as(sql).bind(login).fetch_optional(&self.0).await?.map(record).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        let sql = "SELECT id, email, hashed_password, is_active, is_admin, version FROM users
                   WHERE id = ?1 AND CAST(id AS TEXT) = ?1";
        query_as(sql).bind(id.as_str()).fetch_optional(&self.0).await?.map(record).transpose()
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
        let set = query_scalar(sql).bind(id.as_str()).bind(version.cast_signed()).bind(hash.as_str());
        Ok(set.fetch_optional(&self.0).await?.map(i64::unsigned_abs))
    }

    async fn revoke_tokens(&self, id: &SubjectId, _audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET version = version + 1 WHERE id = ?1 AND CAST(id AS TEXT) = ?1 RETURNING version";
        Ok(query_scalar(sql).bind(id.as_str()).fetch_optional(&self.0).await?.map(i64::unsigned_abs))
    }

    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let sql = "UPDATE users SET hashed_password = ?3
                   WHERE id = ?1 AND CAST(id AS TEXT) = ?1 AND hashed_password = ?2";
        query(sql).bind(id.as_str()).bind(old.as_str()).bind(new.as_str()).execute(&self.0).await?;
        Ok(())
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        let sql = "SELECT min(hashed_password) FROM users WHERE hashed_password IS NOT NULL
                   GROUP BY substr(hashed_password, 1, 30)";
        let samples: Vec<String> = query_scalar(sql).fetch_all(&self.0).await?;
        Ok(samples.into_iter().map(PasswordHash::from_stored).collect())
    }
}

#[async_trait]
impl UserRegistry for LegacyUsers {
    async fn create(&self, user: NewUser, _audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        let sql = "INSERT INTO users (email, hashed_password, is_active, is_admin) VALUES (?1, ?2, TRUE, FALSE)
                   ON CONFLICT (email) DO NOTHING RETURNING id";
        let row = query_scalar(sql).bind(user.email.as_str()).bind(user.password_hash.as_str());
        Ok(match row.fetch_optional(&self.0).await? {
            Some(row) => Ok(id(row)?),
            None => Err(UserRejected::EmailTaken),
        })
    }
}

impl LegacyUsers {
    /// Creates the table as the former application does, if there is none, and adds the column that grows with every new
    /// password.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn open(pool: SqlitePool) -> Result<Self, sqlx::Error> {
        let table = "CREATE TABLE IF NOT EXISTS users (
                         id INTEGER NOT NULL PRIMARY KEY, email VARCHAR NOT NULL UNIQUE,
                         hashed_password VARCHAR NOT NULL, is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL)";
        query(table).execute(&pool).await?;
        let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('users') WHERE name = 'version')";
        if !query_scalar::<_, bool>(sql).fetch_one(&pool).await? {
            query("ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 0").execute(&pool).await?;
        }
        Ok(Self(pool))
    }
}
