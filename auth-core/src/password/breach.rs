//! Passwords of data breaches, which attackers try first.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

/// The longest time that a new password waits for its check.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Tells whether a new password is in a list of breached ones (NIST SP 800-63B-4 section 3.1.1.2). Set it by
/// [`AuthBuilder::breach_check`](crate::AuthBuilder::breach_check); `PwnedPasswords` (feature `pwned-passwords`) is one over
/// HTTPS.
///
/// ```
/// use auth_core::password::{BreachCheck, BreachCheckError};
/// use secrecy::{ExposeSecret, SecretString};
///
/// struct Leaked(Vec<String>); // a list on disk
///
/// #[async_trait::async_trait]
/// impl BreachCheck for Leaked {
///     async fn is_breached(&self, password: &SecretString) -> Result<bool, BreachCheckError> {
///         Ok(self.0.iter().any(|leaked| leaked == password.expose_secret()))
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let check = Leaked(vec!["three words and a comma".to_owned()]);
/// let auth = auth_core::testing::in_memory().breach_check(check).build()?;
/// assert!(auth.hash_password("three words and a comma".into(), &[]).await.is_err());
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait BreachCheck: Send + Sync + 'static {
    /// Whether the password is in the list. It is in Unicode's normal form C, and meets the other rules. A call is
    /// cancelled after 5 seconds, and with the request.
    ///
    /// # Errors
    ///
    /// [`BreachCheckError`] when the list does not answer. Its message is logged, and must not contain the password.
    async fn is_breached(&self, password: &SecretString) -> Result<bool, BreachCheckError>;
}

/// A list of breached passwords did not answer. It wraps the error of its client.
#[derive(Debug, thiserror::Error)]
#[error("breached passwords are not known now: {0}")]
pub struct BreachCheckError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl BreachCheckError {
    /// Wraps an error, or its description.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
