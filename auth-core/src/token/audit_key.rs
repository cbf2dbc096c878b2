//! The key of the audit trail.

use std::sync::Arc;

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::WeakSecret;
use super::keys::check_strength;

/// A secret that links the rows of the audit trail: `AUTH_AUDIT_KEY`, or
/// [`AuthBuilder::audit_key`](crate::AuthBuilder::audit_key). `Debug` hides it.
///
/// ```
/// use auth_core::token::{AuditKey, random_secret};
///
/// let key = AuditKey::new(&random_secret()?)?;
/// assert!(AuditKey::new(&"short".into()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AuditKey(Arc<(Box<str>, hmac::Key)>);

impl AuditKey {
    /// A key from a secret of at least 32 bytes.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is too short, well known or repetitive.
    pub fn new(secret: &SecretString) -> Result<Self, WeakSecret> {
        let secret = secret.expose_secret().as_bytes();
        check_strength(secret)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let id = hex::encode(&hmac::sign(&key, b"auth-core audit key id").as_ref()[..8]);
        Ok(Self(Arc::new((id.into(), key))))
    }

    /// The name of the key in the store, which tells nothing about the secret.
    pub(crate) fn id(&self) -> &str {
        &self.0.0
    }

    pub(crate) fn hmac(&self) -> &hmac::Key {
        &self.0.1
    }
}

impl TryFrom<SecretString> for AuditKey {
    type Error = WeakSecret;

    fn try_from(secret: SecretString) -> Result<Self, WeakSecret> {
        Self::new(&secret)
    }
}

redacted_debug!(AuditKey);
