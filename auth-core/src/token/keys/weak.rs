//! Weak HMAC secrets.

/// The reason for rejecting a signing secret.
///
/// ```
/// use auth_core::token::{SigningKey, WeakSecret};
///
/// let key = |secret: &str| SigningKey::hs256(&secret.into()).map(|_| ());
/// assert_eq!(key("a-string-secret-at-least-256-bits-long"), Err(WeakSecret::WellKnown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakSecret {
    /// Under 32 bytes.
    #[error("the secret has {len} bytes, but needs 32 or more; generate one with `openssl rand -base64 32`")]
    TooShort {
        /// The length in bytes.
        len: usize,
    },
    /// The example of a tutorial, or a placeholder.
    #[error("the secret is a well-known example or placeholder; generate one with `openssl rand -base64 32`")]
    WellKnown,
    /// Fewer than ten different bytes.
    #[error("the secret repeats a few characters; generate one with `openssl rand -base64 32`")]
    Repetitive,
}

/// Secrets from tutorials of other frameworks, and parts of placeholders.
const WELL_KNOWN: &[&str] = &[
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "a-string-secret-at-least-256-bits-long",
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
];
const PLACEHOLDERS: &str = "changeme change-me change_me your-256-bit-secret your-secret your_secret supersecret \
    secretkey secret-key secret_key";

/// RFC 7518 section 3.2: at least as long as the hash. RFC 8725 section 3.5: not a human-memorable password.
pub(super) fn check_strength(secret: &[u8]) -> Result<(), WeakSecret> {
    if secret.len() < 32 {
        return Err(WeakSecret::TooShort { len: secret.len() });
    }
    let lower = String::from_utf8_lossy(secret).to_lowercase();
    if WELL_KNOWN.contains(&lower.as_str()) || PLACEHOLDERS.split(' ').any(|word| lower.contains(word)) {
        return Err(WeakSecret::WellKnown);
    }
    let mut seen = [false; 256];
    for &byte in secret {
        seen[usize::from(byte)] = true;
    }
    if seen.iter().filter(|seen| **seen).count() < 10 {
        return Err(WeakSecret::Repetitive);
    }
    Ok(())
}
