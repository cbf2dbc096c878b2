//! The application's own transactions.

use async_trait::async_trait;
use sqlx::{PgConnection, Postgres, postgres::PgRow};

use super::PostgresStore;
use super::row::query;
use crate::store::registry::sealed::Sealed;
use crate::store::sql::{Borrowed, Transaction, Value, add_audit_rows, add_user};
use crate::store::{Audit, AuditRow, BuiltIn, Created, NewUser, StoreError, UserTransaction};
use crate::token::AuditKey;

#[async_trait]
impl Transaction for Borrowed<'_, PgConnection> {
    type Row = PgRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        Ok(query(sql, values).fetch_all(&mut *self.0).await?)
    }

    async fn commit(self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Sealed for PgConnection {}
impl Sealed for sqlx::Transaction<'_, Postgres> {}

#[async_trait]
impl UserTransaction for PgConnection {
    const DATABASE: BuiltIn = BuiltIn::Postgres;

    async fn add_user(&mut self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        add_user::<PostgresStore>(&mut Borrowed(self), user, audit).await
    }

    async fn add_audit_rows(&mut self, rows: &[AuditRow], key: Option<&AuditKey>) -> Result<(), StoreError> {
        add_audit_rows::<PostgresStore>(&mut Borrowed(self), rows, key).await
    }
}

#[async_trait]
impl UserTransaction for sqlx::Transaction<'_, Postgres> {
    const DATABASE: BuiltIn = BuiltIn::Postgres;

    async fn add_user(&mut self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        add_user::<PostgresStore>(&mut Borrowed(&mut **self), user, audit).await
    }

    async fn add_audit_rows(&mut self, rows: &[AuditRow], key: Option<&AuditKey>) -> Result<(), StoreError> {
        (**self).add_audit_rows(rows, key).await
    }
}
