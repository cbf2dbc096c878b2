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
