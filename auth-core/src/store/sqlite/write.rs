//! Transactions that write.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Connection, SqlSafeStr, Sqlite, SqliteConnection, Transaction};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::{PATIENCE, SqliteStore};
use crate::store::StoreError;

/// A transaction that has the write lock. Dropped without [`commit`](Self::commit) it has not happened, and the next
/// one begins after it is undone.
pub(super) struct WriteTransaction {
    // Dropped in this order: first the transaction, then the turn.
    transaction: Transaction<'static, Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

impl SqliteStore {
    /// Begins to write: in turn within this process, and with the file's write lock. A transaction that began by
    /// reading could not become a writer when another wrote meanwhile.
    pub(super) async fn write(&self) -> Result<WriteTransaction, StoreError> {
        let begin = async {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            Ok(WriteTransaction { transaction: self.begin().await?, _turn: turn })
        };
        timeout(PATIENCE, begin).await.map_err(StoreError::unavailable)?
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        loop {
            let connection = self.pool.acquire().await?;
            if !connection.is_in_transaction() {
                return Ok(Transaction::begin(connection, Some("BEGIN IMMEDIATE".into_sql_str())).await?);
            }
            // A transaction that meets a full or failing disk is undone by SQLite itself. The driver's own ROLLBACK then
            // fails, and it takes the connection to be in a transaction for good.
            connection.close().await?;
        }
    }
}

impl WriteTransaction {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}
