//! Statements and transactions, each within the store's time limit.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, raw_sql};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

use super::row::query;
use super::{PATIENCE, PostgresStore};
use crate::store::sql::{Engine, POSTGRES, Statements, Transaction, Value};
use crate::store::{BuiltIn, StoreError};
use crate::token::TokenHash;

/// A transaction. Dropped without a commit at any point, it is rolled back before its connection returns to the pool.
///
/// The driver's own type returns a connection with an open transaction when its `BEGIN` is dropped in flight: the next
/// caller's write would succeed and never be committed.
pub(crate) struct PgTransaction {
    /// `None` after its end.
    open: Option<PoolConnection<Postgres>>,
    /// In addition to the server's own statement timeout, for a server or network that silently fails. A commit that
    /// times out may still happen.
    deadline: Instant,
    /// The token whose session is locked.
    locked: Option<TokenHash>,
    /// Whether a statement was sent after the lock: then the transaction cannot begin again.
    has_begun: bool,
    /// Whether a prepared statement of the connection is outdated.
    is_stale: bool,
}

/// READ COMMITTED whatever the database's default is: a statement after a lock must see what was committed before the
/// lock was acquired, and a concurrent write must not make it fail.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

const LOCK_SESSION: &str = "SELECT 1 FROM auth_core.sessions
    WHERE id = (SELECT session_id FROM auth_core.refresh_tokens WHERE hash = $1) FOR UPDATE";

#[async_trait]
impl Engine for PostgresStore {
    type Row = PgRow;
    type Transaction = PgTransaction;

    const SQL: Statements = POSTGRES;
    const BUILT_IN: BuiltIn = BuiltIn::Postgres;

    async fn begin(&self) -> Result<PgTransaction, StoreError> {
        PgTransaction::begin(&self.pool).await
    }

    async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        bounded(PATIENCE, async {
            let mut connection = self.pool.acquire().await?;
            match query(sql, values).fetch_all(&mut *connection).await {
                Err(error) if is_stale(&error) => {
                    connection.clear_cached_statements().await?;
                    Ok(query(sql, values).fetch_all(&mut *connection).await?)
                }
                rows => Ok(rows?),
            }
        })
        .await
    }
}

#[async_trait]
impl Transaction for PgTransaction {
    type Row = PgRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        let deadline = self.deadline;
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let rows = async {
            match query(sql, values).fetch_all(self.connection()?).await {
                Err(error) if is_stale(&error) => {
                    self.is_stale = true;
                    if !is_first {
                        return Err(error.into());
                    }
                    self.begin_again().await?;
                    Ok(query(sql, values).fetch_all(self.connection()?).await?)
                }
                rows => Ok(rows?),
            }
        };
        timeout_at(deadline, rows).await.map_err(StoreError::unavailable)?
    }

    async fn lock_session_of(&mut self, token: &TokenHash) -> Result<(), StoreError> {
        self.rows(LOCK_SESSION, &[token.into()]).await?;
        (self.locked, self.has_begun) = (Some(*token), false);
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError> {
        Self::commit(self).await
    }
}

impl PgTransaction {
    /// Begins a transaction on a connection of this pool.
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let begin = async {
            let open = Some(pool.acquire().await?);
            let mut transaction = Self { open, deadline, locked: None, has_begun: false, is_stale: false };
            raw_sql(BEGIN).execute(transaction.connection()?).await?;
            Ok(transaction)
        };
        timeout_at(deadline, begin).await.map_err(StoreError::unavailable)?
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let deadline = self.deadline;
        timeout_at(deadline, raw_sql("COMMIT").execute(self.connection()?))
            .await
            .map_err(StoreError::unavailable)??;
        self.open = None;
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.open.as_deref_mut().ok_or_else(|| StoreError::unavailable("the transaction has ended"))
    }

    /// Begins again without the outdated statements, after an error that aborted the transaction.
    async fn begin_again(&mut self) -> Result<(), StoreError> {
        let locked = self.locked;
        let connection = self.connection()?;
        raw_sql("ROLLBACK").execute(&mut *connection).await?;
        connection.clear_cached_statements().await?;
        raw_sql(BEGIN).execute(&mut *connection).await?;
        if let Some(token) = locked {
            query(LOCK_SESSION, &[(&token).into()]).execute(connection).await?;
        }
        self.is_stale = false;
        Ok(())
    }
}

impl Drop for PgTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.open.take() else { return };
        let is_stale = self.is_stale;
        let undo = async move {
            let undone = bounded(PATIENCE, async { Ok(raw_sql("ROLLBACK").execute(&mut *connection).await?) }).await;
            if undone.is_err() || is_stale {
                connection.close_on_drop();
            }
        };
        // Without a runtime nothing can be sent, and there is no pool to return to.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(undo);
        }
    }
}

/// Whether the server does not run a prepared statement any more: the type of a column has changed, or the statement was
/// deallocated on a connection of the application's pool.
fn is_stale(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // `feature_not_supported`: "cached plan must not change result type"; `invalid_sql_statement_name`.
    code.is_some_and(|code| code == "0A000" || code == "26000")
}

pub(super) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    timeout(limit, work).await.map_err(StoreError::unavailable)?
}
