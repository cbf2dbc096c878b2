//! The application's own transactions.

use async_trait::async_trait;
use sqlx::{Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::SqliteStore;
use super::row::query;
use crate::store::registry::sealed::Sealed;
use crate::store::sql::{Borrowed, Transaction, Value, add_audit_rows, add_user};
use crate::store::{Audit, AuditRow, BuiltIn, Created, NewUser, StoreError, UserTransaction};
use crate::token::AuditKey;

#[async_trait]
impl Transaction for Borrowed<'_, SqliteConnection> {
    type Row = SqliteRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(query(sql, values)?.fetch_all(&mut *self.0).await?)
    }

    async fn commit(self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Sealed for SqliteConnection {}
impl Sealed for sqlx::Transaction<'_, Sqlite> {}

#[async_trait]
impl UserTransaction for SqliteConnection {
    const DATABASE: BuiltIn = BuiltIn::Sqlite;

    async fn add_user(&mut self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        add_user::<SqliteStore>(&mut Borrowed(self), user, audit).await
    }

    async fn add_audit_rows(&mut self, rows: &[AuditRow], key: Option<&AuditKey>) -> Result<(), StoreError> {
        add_audit_rows::<SqliteStore>(&mut Borrowed(self), rows, key).await
    }
}

#[async_trait]
impl UserTransaction for sqlx::Transaction<'_, Sqlite> {
    const DATABASE: BuiltIn = BuiltIn::Sqlite;

    async fn add_user(&mut self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        add_user::<SqliteStore>(&mut Borrowed(&mut **self), user, audit).await
    }

    async fn add_audit_rows(&mut self, rows: &[AuditRow], key: Option<&AuditKey>) -> Result<(), StoreError> {
        (**self).add_audit_rows(rows, key).await
    }
}
