//! The key of second factors.

use secrecy::{ExposeSecret, SecretString};

use super::WeakSecret;
use super::keys::check_strength;

/// A secret that encrypts the secrets of second factors at rest: `AUTH_MFA_KEY`, or
/// [`AuthBuilder::mfa_key`](crate::AuthBuilder::mfa_key). `Debug` hides it.
///
/// ```
/// use auth_core::token::{MfaKey, random_secret};
///
/// let key = MfaKey::new(&random_secret()?)?;
/// assert!(MfaKey::new(&"short".into()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MfaKey(SecretString);

impl MfaKey {
    /// A key from a secret of at least 32 bytes.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is too short, well known or repetitive.
    pub fn new(secret: &SecretString) -> Result<Self, WeakSecret> {
        check_strength(secret.expose_secret().as_bytes())?;
        Ok(Self(secret.clone()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl TryFrom<SecretString> for MfaKey {
    type Error = WeakSecret;

    fn try_from(secret: SecretString) -> Result<Self, WeakSecret> {
        Self::new(&secret)
    }
}

redacted_debug!(MfaKey);
