//! What can go wrong in a store.

use std::error::Error;

/// A store could not do what it was asked. Guards and operations answer 503: undecided is never allowed.
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not answer, or answered with an error of its own. Trying again may help.
    #[error("the store did not answer: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A row cannot be what this crate wrote. Trying again will not help.
    #[error("the store holds an unreadable {what}: {why}")]
    Corrupt {
        /// What could not be read.
        what: &'static str,
        /// Why not.
        why: String,
    },
}

impl StoreError {
    /// Wraps the error of a database driver or client.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
