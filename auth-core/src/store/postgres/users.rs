//! Users, as authentication sees them.

use async_trait::async_trait;
use sqlx::query;

use super::PostgresStore;
use super::row::stored_names;
use crate::base::{Clock, SubjectId, SystemClock};
use crate::password::PasswordHash;
use crate::store::sql::{Columns, user};
use crate::store::{NewUser, StoreError, UserRecord, UserRegistry, UserStore};

#[async_trait]
impl UserStore for PostgresStore {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        let login = login.trim().to_lowercase();
        // No text in PostgreSQL holds this character, so nobody is called so; asking would be an error.
        if login.contains('\0') {
            return Ok(None);
        }
        let sql = "SELECT id, password_hash, active, roles, version FROM auth_core.users WHERE email = $1";
        self.row(query(sql).bind(login)).await?.as_ref().map(user).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        let sql = "SELECT id, password_hash, active, roles, version FROM auth_core.users WHERE id = $1";
        self.row(query(sql).bind(id.as_str())).await?.as_ref().map(user).transpose()
    }

    async fn set_password(&self, id: &SubjectId, hash: &PasswordHash) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE auth_core.users SET password_hash = $2, version = version + 1 WHERE id = $1
                   RETURNING version";
        let row = self.row(query(sql).bind(id.as_str()).bind(hash.as_str())).await?;
        row.as_ref().map(Columns::version).transpose()
    }

    async fn raise_version(&self, id: &SubjectId) -> Result<Option<u64>, StoreError> {
        let sql = "UPDATE auth_core.users SET version = version + 1 WHERE id = $1 RETURNING version";
        self.row(query(sql).bind(id.as_str())).await?.as_ref().map(Columns::version).transpose()
    }

    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let sql = "UPDATE auth_core.users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
        self.run(query(sql).bind(id.as_str()).bind(old.as_str()).bind(new.as_str())).await.map(|_| ())
    }
}

#[async_trait]
impl UserRegistry for PostgresStore {
    async fn create(&self, user: NewUser) -> Result<Option<SubjectId>, StoreError> {
        let id = SubjectId::random();
        let sql = "INSERT INTO auth_core.users (id, email, password_hash, roles, active, version, created_at)
                   VALUES ($1, $2, $3, $4, true, 0, $5) ON CONFLICT (email) DO NOTHING";
        let insert = query(sql)
            .bind(id.as_str())
            .bind(user.email.as_str())
            .bind(user.password_hash.as_str())
            .bind(stored_names(&user.roles))
            .bind(SystemClock.now().as_millis());
        Ok((self.run(insert).await? == 1).then_some(id))
    }
}
