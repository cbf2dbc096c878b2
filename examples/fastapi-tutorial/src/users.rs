//! The tutorial's users, in a table of the application.

use async_trait::async_trait;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::store::{Audit, StoreError, SubjectState, UserRecord, UserStore};
use serde::Serialize;
use sqlx::{SqlitePool, query, query_as, query_scalar, raw_sql};

use crate::App;

/// A user as clients see one.
#[derive(Serialize)]
pub(crate) struct User {
    pub(crate) username: String,
    email: Option<String>,
    full_name: Option<String>,
    disabled: bool,
}

impl FromSubject<App> for User {
    async fn from_subject(identity: &Identity, app: &App) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT username, email, full_name, disabled FROM users WHERE username = ?1";
        let user = query_as(sql).bind(identity.subject().as_str()).fetch_optional(&app.users.0).await;
        let user: Option<(String, Option<String>, Option<String>, bool)> = user.map_err(StoreError::unavailable)?;
        Ok(user.map(|(username, email, full_name, disabled)| Self { username, email, full_name, disabled }))
    }
}

/// The users that auth-core logs in.
#[derive(Clone)]
pub(crate) struct Users(SqlitePool);

/// `fake_users_db`: the passwords are `secret` and `secret2`.
const SEED: &str = "
CREATE TABLE IF NOT EXISTS users (
    username        TEXT    NOT NULL PRIMARY KEY,
    full_name       TEXT,
    email           TEXT,
    hashed_password TEXT    NOT NULL,
    disabled        INTEGER NOT NULL DEFAULT FALSE,
    version         INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT OR IGNORE INTO users (username, full_name, email, hashed_password, disabled) VALUES
    ('johndoe', 'John Doe', 'johndoe@example.com',
     '$argon2id$v=19$m=65536,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc', FALSE),
    ('alice', 'Alice Chains', 'alicechains@example.com',
     '$argon2id$v=19$m=65536,t=3,p=4$g2/AV1zwopqUntPKJavBFw$BwpRGDCyUHLvHICnwijyX8ROGoiUPwNKZ7915MeYfCE', TRUE);
";

impl Users {
    pub(crate) async fn open(pool: SqlitePool) -> Result<Self, StoreError> {
        raw_sql(SEED).execute(&pool).await.map_err(StoreError::unavailable)?;
        Ok(Self(pool))
    }
}

type Row = (String, Option<String>, Option<String>, String, bool, i64);

fn record((username, full_name, email, hash, disabled, version): Row) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        id: username.parse().map_err(StoreError::unavailable)?,
        email: email.and_then(|email| email.parse().ok()),
        words: std::iter::once(username.as_str()).chain(full_name.as_deref()).map(Into::into).collect(),
        created_at: None,
        password_hash: Some(PasswordHash::from_stored(hash)),
        state: SubjectState { active: !disabled, roles: [].into(), version: version.unsigned_abs() },
    })
}

#[async_trait]
impl UserStore for Users {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        let sql =
            "SELECT username, full_name, email, hashed_password, disabled, version FROM users WHERE username = ?1";
        let row = query_as(sql).bind(login).fetch_optional(&self.0).await.map_err(StoreError::unavailable)?;
        row.map(record).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.find_by_login(id.as_str()).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        _audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET hashed_password = ?3, version = version + 1
                   WHERE username = ?1 AND version = ?2 AND NOT disabled RETURNING version";
        let version = i64::try_from(version).map_err(StoreError::unavailable)?;
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).bind(version).bind(hash.as_str());
        let version = version.fetch_optional(&self.0);
        Ok(version.await.map_err(StoreError::unavailable)?.map(i64::unsigned_abs))
    }

    async fn revoke_tokens(&self, id: &SubjectId, _audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE users SET version = version + 1 WHERE username = ?1 RETURNING version";
        let version = query_scalar::<_, i64>(sql).bind(id.as_str()).fetch_optional(&self.0);
        Ok(version.await.map_err(StoreError::unavailable)?.map(i64::unsigned_abs))
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        _audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET hashed_password = ?3 WHERE username = ?1 AND hashed_password = ?2";
        let upgrade = query(sql).bind(id.as_str()).bind(old.as_str()).bind(new.as_str());
        Ok(upgrade.execute(&self.0).await.map_err(StoreError::unavailable)?.rows_affected() == 1)
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        let sql = "SELECT min(hashed_password) FROM users GROUP BY substr(hashed_password, 1, 30)";
        let samples = query_scalar::<_, String>(sql).fetch_all(&self.0).await.map_err(StoreError::unavailable)?;
        Ok(samples.into_iter().map(PasswordHash::from_stored).collect())
    }
}
