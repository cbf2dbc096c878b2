//! Statements and transactions.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, SqlSafeStr, Sqlite, SqliteConnection};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::row::query;
use super::{PATIENCE, SqliteStore};
use crate::store::sql::{Engine, SQLITE, Statements, Transaction, Value};
use crate::store::{BuiltIn, StoreError};

/// A transaction with the write lock. Dropped without a commit, it is rolled back before the next one begins.
pub(in crate::store) struct WriteTransaction {
    // Dropped in this order: first the transaction, then the turn.
    transaction: sqlx::Transaction<'static, Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

#[async_trait]
impl Engine for SqliteStore {
    type Row = SqliteRow;
    type Transaction = WriteTransaction;

    const SQL: Statements = SQLITE;
    const BUILT_IN: BuiltIn = BuiltIn::Sqlite;

    /// Waits in the queue of this process, then takes the write lock of the file. A transaction that reads first cannot
    /// write after another one has written.
    async fn begin(&self) -> Result<WriteTransaction, StoreError> {
        let begin = async {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            Ok(WriteTransaction { transaction: self.begin_immediate().await?, _turn: turn })
        };
        timeout(PATIENCE, begin).await.map_err(StoreError::unavailable)?
    }

    async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(query(sql, values)?.fetch_all(&self.pool).await?)
    }
}

impl SqliteStore {
    async fn begin_immediate(&self) -> Result<sqlx::Transaction<'static, Sqlite>, StoreError> {
        loop {
            let connection = self.pool.acquire().await?;
            if !connection.is_in_transaction() {
                return Ok(sqlx::Transaction::begin(connection, Some("BEGIN IMMEDIATE".into_sql_str())).await?);
            }
            // On a full or failing disk SQLite rolls back by itself. The driver's ROLLBACK then fails, and the driver
            // considers the connection to be in a transaction forever.
            connection.close().await?;
        }
    }
}

impl WriteTransaction {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

#[async_trait]
impl Transaction for WriteTransaction {
    type Row = SqliteRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(query(sql, values)?.fetch_all(&mut *self.transaction).await?)
    }

    async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}
