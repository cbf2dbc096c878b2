//! Key sets: one key signs, others verify, and the whole is replaced at once.

use std::sync::Arc;

use super::ring::Ring;
use super::signing::Signing;
use super::{Algorithm, KeyError, KeyKind, SigningKey, VerifyingKey};
use crate::token::TokenError;

/// What a key of a set is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// Signs new tokens, and verifies. There is exactly one.
    Signing,
    /// Verifies tokens that it signed before, or elsewhere, or is about to sign.
    Verifying,
    /// Verifies nothing any more. Its name is kept, so that a token of it is known for what it is and the key does not
    /// come back by mistake.
    Retired,
}

/// A key of a set, without the key.
///
/// ```
/// use auth_core::token::{Algorithm, EdDsa, KeySet, KeyState, SigningKey};
///
/// # fn main() -> Result<(), auth_core::token::KeyError> {
/// let keys = KeySet::from(SigningKey::<EdDsa>::generate()?);
/// for key in keys.iter() {
///     assert_eq!((key.algorithm, key.state), (Algorithm::EdDsa, KeyState::Signing));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The key's name.
    pub kid: String,
    /// Its one algorithm.
    pub algorithm: Algorithm,
    /// What it is there for.
    pub state: KeyState,
}

/// The keys of an [`Auth`](crate::Auth): one signs, any number verify.
///
/// A single [`SigningKey`] is a set by itself.
///
/// ```
/// use auth_core::token::{EdDsa, KeySet, SigningKey};
///
/// # fn main() -> Result<(), auth_core::token::KeyError> {
/// let old = SigningKey::<EdDsa>::generate()?;
/// let new = SigningKey::<EdDsa>::generate()?;
/// let keys = KeySet::from(new).accept(old.verifying_key())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct KeySet {
    /// `None` for a service that issues nothing.
    signing: Option<Arc<Signing>>,
    /// The key that signs is the first.
    ring: Ring,
}

impl<A: KeyKind> From<SigningKey<A>> for KeySet {
    fn from(key: SigningKey<A>) -> Self {
        let ring = Ring::of(key.key.verifying.clone(), KeyState::Signing);
        Self { signing: Some(key.key), ring }
    }
}

impl KeySet {
    /// Accepts tokens of another key as well: one that signed before, or that will sign next.
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] when another key of the set has its name, [`KeyError::Retired`] when it is one of
    /// the set that has been retired.
    pub fn accept<A: KeyKind>(mut self, key: VerifyingKey<A>) -> Result<Self, KeyError> {
        self.ring.add(key.key, KeyState::Verifying)?;
        Ok(self)
    }

    /// Every key with its state, the one that signs first.
    pub fn iter(&self) -> impl Iterator<Item = KeyInfo> {
        self.ring.entries().iter().map(|entry| KeyInfo {
            kid: entry.key.kid.to_string(),
            algorithm: entry.key.algorithm,
            state: entry.state,
        })
    }

    /// This set after `next`: its signing key signs, and whatever was accepted so far still is. A key that was retired
    /// does not come back.
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

    /// No key at all: nothing is signed, and nothing verifies.
    #[cfg(feature = "oidc")]
    pub(crate) fn none() -> Self {
        Self { signing: None, ring: Ring::default() }
    }

    pub(crate) fn signing(&self) -> Result<&Signing, TokenError> {
        self.signing.as_deref().ok_or(TokenError::UnknownKey)
    }

    /// The header of new tokens, encoded.
    pub(crate) fn signing_header(&self) -> &str {
        self.ring.entries().first().map_or("", |entry| &entry.header)
    }

    pub(crate) fn ring(&self) -> &Ring {
        &self.ring
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
