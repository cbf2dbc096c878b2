//! Statements and transactions, each within the store's time limit.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, raw_sql};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

use super::row::query;
use super::{PATIENCE, PostgresStore};
use crate::store::StoreError;
use crate::store::sql::{Engine, POSTGRES, Statements, Transaction, Value};

/// A transaction. Dropped without a commit at any point, it is rolled back before its connection returns to the pool.
///
/// The driver's own type returns a connection with an open transaction when its `BEGIN` is dropped in flight: the next
/// caller's write would succeed and never be committed.
pub(in crate::store) struct PgTransaction {
    /// `None` after its end.
    open: Option<PoolConnection<Postgres>>,
    /// In addition to the server's own statement timeout, for a server or network that silently fails. A commit that
    /// times out may still happen.
    deadline: Instant,
}

#[async_trait]
impl Engine for PostgresStore {
    type Row = PgRow;
    type Transaction = PgTransaction;

    const SQL: Statements = POSTGRES;

    /// READ COMMITTED whatever the database's default is: a statement after a lock must see what was committed before
    /// the lock was acquired.
    async fn begin(&self) -> Result<PgTransaction, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let begin = async {
            let mut transaction = PgTransaction { open: Some(self.pool.acquire().await?), deadline };
            raw_sql("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").execute(transaction.connection()?).await?;
            Ok(transaction)
        };
        timeout_at(deadline, begin).await.map_err(StoreError::unavailable)?
    }

    async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        bounded(PATIENCE, async { Ok(query(sql, values).fetch_all(&self.pool).await?) }).await
    }

    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.rows(sql, values).await.map(|_| ())
    }
}

#[async_trait]
impl Transaction for PgTransaction {
    type Row = PgRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        let deadline = self.deadline;
        let statement = query(sql, values).fetch_all(self.connection()?);
        Ok(timeout_at(deadline, statement).await.map_err(StoreError::unavailable)??)
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        let deadline = self.deadline;
        timeout_at(deadline, raw_sql("COMMIT").execute(self.connection()?))
            .await
            .map_err(StoreError::unavailable)??;
        self.open = None;
        Ok(())
    }
}

impl PgTransaction {
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.open.as_deref_mut().ok_or_else(|| StoreError::unavailable("the transaction has ended"))
    }
}

impl Drop for PgTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.open.take() else { return };
        let undo = async move {
            let undone = bounded(PATIENCE, async { Ok(raw_sql("ROLLBACK").execute(&mut *connection).await?) }).await;
            if undone.is_err() {
                connection.close_on_drop();
            }
        };
        // Without a runtime nothing can be sent, and there is no pool to return to.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(undo);
        }
    }
}

pub(super) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    timeout(limit, work).await.map_err(StoreError::unavailable)?
}
