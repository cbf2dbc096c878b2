//! The driver's errors, as a store's.

use sqlx::Error;

use crate::store::StoreError;

/// None of the driver's messages shows a bound value, so none shows a hash.
impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::ColumnDecode { .. } | Error::ColumnNotFound(_) | Error::Decode(_) => {
                Self::Corrupt { what: "row", why: error.to_string() }
            }
            other => Self::unavailable(other),
        }
    }
}

/// Whether a unique column of another row has the value already.
pub(super) fn is_unique_violation(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let database = source.downcast_ref::<Error>().and_then(Error::as_database_error);
    database.is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
