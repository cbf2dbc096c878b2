//! Signing keys. A key is bound to one algorithm; a token signed by another is refused whatever its header says.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};

/// A key that signs access tokens and verifies them.
///
/// It has no `Debug` that shows it, no `Serialize` and no `==`.
pub struct SigningKey {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
}

impl SigningKey {
    /// An HS256 key of at least 32 bytes (RFC 7518 section 3.2).
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] when it is too short, well known, or hardly varied.
    pub fn hs256(secret: &SecretString) -> Result<Self, WeakSecret> {
        let bytes = secret.expose_secret().as_bytes();
        check_strength(secret.expose_secret())?;
        // The key's id must tell nothing of the key: it is a keyed hash of a constant.
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"auth-core kid");
        Ok(Self {
            kid: BASE64_URL_SAFE_NO_PAD.encode(&tag.as_ref()[..9]),
            algorithm: Algorithm::HS256,
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
        })
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A signing secret that protects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakSecret {
    /// Under 32 bytes.
    #[error("it has {len} bytes and needs 32 or more; `openssl rand -base64 32` makes one")]
    TooShort {
        /// How many bytes it has.
        len: usize,
    },
    /// Printed in a tutorial, or a placeholder that was meant to be replaced.
    #[error("it is a well-known example or placeholder; `openssl rand -base64 32` makes one")]
    WellKnown,
    /// Fewer than ten different bytes.
    #[error("it repeats the same few characters; `openssl rand -base64 32` makes one")]
    Repetitive,
}

/// Secrets from the tutorials of the frameworks our users come from, and words that placeholders are made of.
const WELL_KNOWN: &[&str] = &[
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "a-string-secret-at-least-256-bits-long",
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
];
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "your-256-bit-secret",
    "your-secret",
    "your_secret",
    "supersecret",
    "secretkey",
    "secret-key",
    "secret_key",
];

fn check_strength(secret: &str) -> Result<(), WeakSecret> {
    if secret.len() < 32 {
        return Err(WeakSecret::TooShort { len: secret.len() });
    }
    let lower = secret.to_lowercase();
    if WELL_KNOWN.contains(&lower.as_str()) || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return Err(WeakSecret::WellKnown);
    }
    let mut seen = [false; 256];
    for byte in secret.bytes() {
        seen[usize::from(byte)] = true;
    }
    if seen.iter().filter(|seen| **seen).count() < 10 {
        return Err(WeakSecret::Repetitive);
    }
    Ok(())
}
