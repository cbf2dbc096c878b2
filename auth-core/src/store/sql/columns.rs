//! Decoding of columns. A value of another type is an error.

use std::fmt::Display;

use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::base::Timestamp;
use crate::store::StoreError;
use crate::token::TokenHash;

pub(in crate::store) fn corrupt(what: &'static str, why: impl Display) -> StoreError {
    StoreError::Corrupt { what, why: why.to_string() }
}

/// One column of any driver's row.
pub(in crate::store) fn column<'r, R, T>(row: &'r R, name: &'static str) -> Result<T, StoreError>
where
    R: Row,
    T: Decode<'r, R::Database> + Type<R::Database>,
    &'static str: ColumnIndex<R>,
{
    row.try_get(name).map_err(|error| corrupt(name, error))
}

/// Implements the methods of [`Columns`] whose types the driver decodes.
macro_rules! decoded {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(&self, name: &'static str) -> Result<$type, StoreError> {
            column(self, name)
        })+
    };
}
pub(in crate::store) use decoded;

/// A row with typed columns: types that the driver decodes, and types of this crate.
pub(in crate::store) trait Columns {
    fn text(&self, name: &'static str) -> Result<String, StoreError>;
    fn optional_text(&self, name: &'static str) -> Result<Option<String>, StoreError>;
    fn number(&self, name: &'static str) -> Result<i64, StoreError>;
    fn optional_number(&self, name: &'static str) -> Result<Option<i64>, StoreError>;
    fn flag(&self, name: &'static str) -> Result<bool, StoreError>;
    fn optional_bytes(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Roles or scopes.
    fn names(&self, name: &'static str) -> Result<Vec<Box<str>>, StoreError>;

    /// A text with a type, such as an id or an address.
    fn parsed<T: TryFrom<String, Error: Display>>(&self, name: &'static str) -> Result<T, StoreError> {
        T::try_from(self.text(name)?).map_err(|error| corrupt(name, error))
    }

    fn optional_parsed<T: TryFrom<String, Error: Display>>(&self, name: &'static str) -> Result<Option<T>, StoreError> {
        self.optional_text(name)?.map(T::try_from).transpose().map_err(|error| corrupt(name, error))
    }

    fn optional_json(&self, name: &'static str) -> Result<Option<serde_json::Value>, StoreError> {
        let parse = |text: String| serde_json::from_str(&text).map_err(|error| corrupt(name, error));
        self.optional_text(name)?.map(parse).transpose()
    }

    fn time(&self, name: &'static str) -> Result<Timestamp, StoreError> {
        self.number(name).map(Timestamp::from_millis)
    }

    fn optional_time(&self, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_number(name)?.map(Timestamp::from_millis))
    }

    fn hash(&self, name: &'static str) -> Result<TokenHash, StoreError> {
        self.optional_hash(name)?.ok_or_else(|| corrupt(name, "it is missing"))
    }

    fn optional_hash(&self, name: &'static str) -> Result<Option<TokenHash>, StoreError> {
        let hash = self.optional_bytes(name)?.map(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).map(TokenHash::from));
        hash.transpose().map_err(|error| corrupt(name, error))
    }

    fn version(&self) -> Result<u64, StoreError> {
        u64::try_from(self.number("version")?).map_err(|error| corrupt("version", error))
    }
}
