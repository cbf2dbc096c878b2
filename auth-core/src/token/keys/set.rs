//! Key sets: one key signs, others verify. A set is replaced as a whole.

use std::sync::Arc;

use secrecy::zeroize::Zeroizing;

use super::ring::Ring;
use super::signing::Signing;
use super::{Algorithm, KeyError, KeyKind, SigningKey, VerifyingKey};
use crate::token::TokenError;

/// The state of a key in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// Signs new tokens and verifies. A set has at most one.
    Signing,
    /// Verifies tokens: a former, future or foreign signing key.
    Verifying,
    /// Verifies nothing. The set keeps its `kid` to report its tokens, and to prevent adding the key again by mistake.
    Retired,
}

/// Describes a key of a set, without key material.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The key's `kid`.
    pub kid: String,
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// The key's state.
    pub state: KeyState,
}

/// The keys of an [`Auth`](crate::Auth): one signs, any number verify. A [`SigningKey`] converts to a set.
///
/// ```
/// use auth_core::token::{EdDsa, KeySet, SigningKey};
///
/// let (old, new) = (SigningKey::<EdDsa>::generate()?, SigningKey::<EdDsa>::generate()?);
/// let keys = KeySet::from(new).accept(old.verifying_key())?;
/// assert_eq!(keys.iter().count(), 2);
/// # Ok::<(), auth_core::token::KeyError>(())
/// ```
#[derive(Clone)]
pub struct KeySet {
    /// `None` for a service that issues no tokens.
    signing: Option<Arc<Signing>>,
    /// The signing key is the first.
    ring: Ring,
}

impl<A: KeyKind> From<SigningKey<A>> for KeySet {
    fn from(key: SigningKey<A>) -> Self {
        let ring = Ring::of(key.key.verifying.clone(), KeyState::Signing);
        Self { signing: Some(key.key), ring }
    }
}

impl KeySet {
    /// Adds a verifying key: a former or future signing key.
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] if another key of the set has its `kid`, [`KeyError::Retired`] if the set retired it.
    pub fn accept<A: KeyKind>(mut self, key: VerifyingKey<A>) -> Result<Self, KeyError> {
        self.ring.add(key.key, KeyState::Verifying)?;
        Ok(self)
    }

    /// All keys with their states, the signing key first.
    pub fn iter(&self) -> impl Iterator<Item = KeyInfo> {
        self.ring.entries().iter().map(|entry| KeyInfo {
            kid: entry.key.kid.to_string(),
            algorithm: entry.key.algorithm,
            state: entry.state,
        })
    }

    /// Returns `next` with the keys of this set as verifying keys. Retired keys stay retired.
    pub(crate) fn rotated(&self, mut next: Self) -> Result<Self, KeyError> {
        for known in self.ring.entries() {
            next.ring.add(known.key.clone(), KeyState::Verifying)?;
            if known.state == KeyState::Retired {
                next.ring.retire(&known.key.kid).map_err(|_| KeyError::Retired)?;
            }
        }
        Ok(next)
    }

    pub(crate) fn retired(&self, kid: &str) -> Result<Self, KeyError> {
        let mut next = self.clone();
        next.ring.retire(kid)?;
        Ok(next)
    }

    /// The set without keys: signs and verifies nothing.
    #[cfg(feature = "oidc")]
    pub(crate) fn none() -> Self {
        Self { signing: None, ring: Ring::default() }
    }

    pub(crate) fn signing(&self) -> Result<&Signing, TokenError> {
        self.signing.as_deref().ok_or(TokenError::UnknownKey)
    }

    /// Secrets derived from those of the HS256 keys, for another use that `label` names: an HMAC of the label, which is no
    /// signature of a token. That of the signing key is the first; asymmetric keys have none.
    pub(crate) fn derived_secrets(&self, label: &'static [u8]) -> impl Iterator<Item = DerivedSecret> {
        self.ring.entries().iter().filter_map(|entry| {
            let bytes = Zeroizing::new(entry.key.mac(label)?);
            Some(DerivedSecret { bytes, signs: entry.state == KeyState::Signing })
        })
    }

    /// The encoded header of new tokens.
    pub(crate) fn signing_header(&self) -> &str {
        self.ring.entries().first().map_or("", |entry| &entry.header)
    }

    pub(crate) fn ring(&self) -> &Ring {
        &self.ring
    }
}

/// A secret derived from that of a key.
pub(crate) struct DerivedSecret {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Whether the key signs. A key that only verifies is about to be removed.
    pub(crate) signs: bool,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
