//! The interface between the shared statements and a database.

use async_trait::async_trait;

use super::{Columns, Statements};
use crate::base::Timestamp;
use crate::store::{BuiltIn, StoreError};
use crate::token::TokenHash;

/// A database that runs the shared statements. Its implementors get every store trait except `Housekeeping`.
#[async_trait]
pub(in crate::store) trait Engine: Send + Sync + 'static {
    type Row: Columns + Send + Sync;
    type Transaction: Transaction<Row = Self::Row>;

    const SQL: Statements;
    const BUILT_IN: BuiltIn;

    /// Begins a write transaction.
    async fn begin(&self) -> Result<Self::Transaction, StoreError>;

    /// Runs a read-only statement.
    async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Self::Row>, StoreError>;

    /// Runs a read-only statement with at most one row.
    async fn row(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Self::Row>, StoreError> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// Runs a write of a single statement.
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

    /// Runs a statement and returns its rows.
    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Self::Row>, StoreError>;

    async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Self::Row>, StoreError> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// Locks the session of a refresh token, unless a transaction locks the whole database. Only as the first statement.
    async fn lock_session_of(&mut self, _token: &TokenHash) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError>;
}

/// A transaction of the application, which commits it.
pub(in crate::store) struct Borrowed<'c, C>(pub(in crate::store) &'c mut C);

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

macro_rules! from {
    ($($source:ty: $value:ident => $variant:ident($bound:expr)),+ $(,)?) => {
        $(impl<'a> From<$source> for Value<'a> {
            fn from($value: $source) -> Self {
                Self::$variant($bound)
            }
        })+
    };
}

from! {
    &'a str: text => Text(Some(text)),
    Option<&'a str>: text => Text(text),
    i64: number => Number(Some(number)),
    Timestamp: at => Number(Some(at.as_millis())),
    Option<Timestamp>: at => Number(at.map(Timestamp::as_millis)),
    &'a TokenHash: hash => Bytes(Some(hash.as_bytes())),
}
