//! Running statements, each within the store's patience.

use std::time::Duration;

use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use tokio::time::timeout;

use super::{PATIENCE, PostgresStore};
use crate::store::StoreError;

type Statement<'q> = Query<'q, Postgres, PgArguments>;

impl PostgresStore {
    /// At most one row, by a statement that stands alone.
    pub(super) async fn row(&self, statement: Statement<'_>) -> Result<Option<PgRow>, StoreError> {
        self.bounded(async { Ok(statement.fetch_optional(&self.pool).await?) }).await
    }

    /// All rows, by a statement that stands alone.
    pub(super) async fn rows(&self, statement: Statement<'_>) -> Result<Vec<PgRow>, StoreError> {
        self.bounded(async { Ok(statement.fetch_all(&self.pool).await?) }).await
    }

    /// How many rows a statement that stands alone has changed.
    pub(super) async fn run(&self, statement: Statement<'_>) -> Result<u64, StoreError> {
        self.bounded(async { Ok(statement.execute(&self.pool).await?.rows_affected()) }).await
    }

    /// Gives up when it takes too long. The server has a limit of its own; this one also holds when the server or the
    /// way to it is gone without a word. A statement given up on may still happen, as when its answer is lost.
    pub(super) async fn bounded<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        bounded(PATIENCE, work).await
    }
}

pub(super) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    timeout(limit, work).await.map_err(StoreError::unavailable)?
}
