//! Errors of stores.

use std::error::Error;

/// What clients read of [`StoreError::InvalidText`].
pub(crate) const UNSTORABLE: &str = "A text has a character that cannot be stored.";

/// A store failed. Guards and operations respond with 503: access is never granted without a decision.
///
/// ```
/// use auth_core::Refusal;
/// use auth_core::store::StoreError;
///
/// # fn query() -> Result<(), std::io::Error> { Err(std::io::ErrorKind::TimedOut.into()) }
/// let error = query().map_err(StoreError::unavailable).unwrap_err();
/// assert_eq!(error.to_string(), "the store did not answer: timed out");
/// assert_eq!(Refusal::from(error).status(), 503);
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not answer, or returned an error. A retry may help.
    #[error("the store did not answer: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A row contains invalid data. A retry does not help.
    #[error("the store contains an invalid {what}: {why}")]
    Corrupt {
        /// The column or kind of row.
        what: &'static str,
        /// The reason.
        why: String,
    },
    /// A text has a character that the database cannot store, as PostgreSQL cannot store NUL. A retry does not help;
    /// operations answer 422.
    #[error("the store cannot hold a character of a text: {0}")]
    InvalidText(#[source] Box<dyn Error + Send + Sync>),
}

debug_as_display!(StoreError);

impl StoreError {
    /// Wraps the error of a database driver or client.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
