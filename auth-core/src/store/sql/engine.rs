//! How the shared statements reach a database.

use async_trait::async_trait;

use super::{Columns, Statements};
use crate::base::Timestamp;
use crate::store::StoreError;
use crate::token::TokenHash;

/// A database that runs the shared statements. A store that implements it has every store trait but `Housekeeping`.
#[async_trait]
pub(in crate::store) trait Engine: Send + Sync + 'static {
    type Row: Columns + Send + Sync;
    type Transaction: Transaction<Row = Self::Row>;

    const SQL: Statements;

    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<Self::Transaction, StoreError>;

    /// The rows of a statement that only reads.
    async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Self::Row>, StoreError>;

    /// At most one row of a statement that only reads.
    async fn row(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Self::Row>, StoreError> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// A change that is one statement.
    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.rows(sql, values).await?;
        tx.commit().await
    }
}

/// A transaction. Dropped without [`commit`](Self::commit) it is rolled back.
#[async_trait]
pub(in crate::store) trait Transaction: Send + Sized {
    type Row: Columns + Send + Sync;

    /// Runs a statement and returns the rows that it selects or returns.
    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Self::Row>, StoreError>;

    async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Self::Row>, StoreError> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// Locks all sessions of a subject, where a transaction does not lock the whole database.
    async fn lock_sessions(&mut self, _subject: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError>;
}

/// A value to bind; `None` is NULL.
#[derive(Clone, Copy)]
pub(in crate::store) enum Value<'a> {
    Text(Option<&'a str>),
    Number(Option<i64>),
    Flag(Option<bool>),
    Bytes(Option<&'a [u8]>),
    /// Roles or scopes.
    Names(Option<&'a [Box<str>]>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Number(Some(at.as_millis()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Number(at.map(Timestamp::as_millis))
    }
}

impl<'a> From<&'a TokenHash> for Value<'a> {
    fn from(hash: &'a TokenHash) -> Self {
        Self::Bytes(Some(hash.as_bytes()))
    }
}
