//! Transactions.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, raw_sql};
use tokio::runtime::Handle;

use super::run::bounded;
use super::{PATIENCE, PostgresStore};
use crate::store::StoreError;

/// A transaction. Dropped without [`commit`](Self::commit), wherever that may be, it is undone, and only then does its
/// connection go back to the pool.
///
/// The driver's own type would send it back with the transaction open when its `BEGIN` is dropped on the way: the next
/// caller's answered write would never be committed.
pub(super) struct Transaction {
    /// `None` once it is over.
    open: Option<PoolConnection<Postgres>>,
}

impl PostgresStore {
    /// Begins a transaction in which every statement sees what was committed before it, whatever the database's default
    /// is: what is read under a lock must be what is there once the lock is held. For use within
    /// [`bounded`](Self::bounded).
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = Transaction { open: Some(self.pool.acquire().await?) };
        raw_sql("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").execute(transaction.connection()?).await?;
        Ok(transaction)
    }
}

impl Transaction {
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        raw_sql("COMMIT").execute(self.connection()?).await?;
        self.open = None;
        Ok(())
    }

    /// For one statement.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.open.as_deref_mut().ok_or_else(|| StoreError::unavailable("the transaction is over"))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.open.take() else { return };
        let undo = async move {
            let undone = bounded(PATIENCE, async { Ok(raw_sql("ROLLBACK").execute(&mut *connection).await?) }).await;
            if undone.is_err() {
                connection.close_on_drop();
            }
        };
        // Without a runtime nothing can be sent, and there is no pool to go back to either.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(undo);
        }
    }
}
