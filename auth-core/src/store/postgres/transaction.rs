//! Statements and transactions, each within the store's patience.

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

/// A transaction. Dropped without a commit, wherever that may be, it is rolled back, and only then does its connection go
/// back to the pool.
///
/// The driver's own type would send it back with the transaction open when its `BEGIN` is dropped on the way: the next
/// caller's answered write would never be committed.
pub(in crate::store) struct PgTransaction {
    /// `None` once it is over.
    open: Option<PoolConnection<Postgres>>,
    /// The server has a limit of its own for each statement; this one also holds when the server or the way to it is gone
    /// without a word. A commit that is given up on may still happen, as when its answer is lost.
    deadline: Instant,
}

#[async_trait]
impl Engine for PostgresStore {
    type Row = PgRow;
    type Transaction = PgTransaction;

    const SQL: Statements = POSTGRES;

    /// Every statement sees what was committed before it, whatever the database's default is: what is read under a lock
    /// must be what is there once the lock is held.
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

    /// In one order, so that of two calls that each keep another session neither waits for what the other holds.
    async fn lock_sessions(&mut self, subject: &str) -> Result<(), StoreError> {
        let sql = "SELECT 1 FROM auth_core.sessions WHERE subject = $1 ORDER BY id FOR UPDATE";
        self.rows(sql, &[subject.into()]).await.map(|_| ())
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
    /// For one statement.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.open.as_deref_mut().ok_or_else(|| StoreError::unavailable("the transaction is over"))
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
        // Without a runtime nothing can be sent, and there is no pool to go back to either.
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
