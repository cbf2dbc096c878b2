//! Conversion of driver errors.

use sqlx::Error;

use crate::store::StoreError;

/// Messages of the driver contain no bound values, and therefore no hashes.
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

/// Whether another row already has the value of a unique column.
pub(super) fn is_unique_violation(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let database = source.downcast_ref::<Error>().and_then(Error::as_database_error);
    database.is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
