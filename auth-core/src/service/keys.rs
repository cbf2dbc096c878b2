//! Key rotation at runtime.

use super::Auth;
use crate::base::Context;
use crate::event::EventKind;
use crate::token::{KeyError, KeyInfo, KeyKind, KeySet, VerifyingKey};

/// Key rotation without a restart and without refusing a valid token, on any number of nodes:
///
/// 1. call [`accept_key`](Auth::accept_key) with the next key on every node, which also adds it to `jwks.json`;
/// 2. after 5 minutes, when cached copies of `jwks.json` have expired, call [`rotate_key`](Auth::rotate_key) on every
///    node;
/// 3. one access token lifetime later, call [`retire_key`](Auth::retire_key) for the old key.
///
/// A single node whose tokens no other service verifies needs only step 2.
impl Auth {
    /// Signs with another key from now on: a [`SigningKey`](crate::token::SigningKey), or the first key of a [`KeySet`], for
    /// instance one that [`Settings::from_env`](crate::Settings::from_env) read again. Keys accepted so far stay
    /// accepted.
    ///
    /// ```
    /// use auth_core::Context;
    /// use auth_core::token::{Es256, KeyState, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = auth_core::testing::in_memory().build()?;
    /// # let system = Context::system("example");
    /// let (old, next) = (auth.keys().remove(0).kid, SigningKey::<Es256>::generate()?);
    /// auth.accept_key(&system, next.verifying_key())?; // on every node, at least 5 minutes before
    /// auth.rotate_key(&system, next)?;
    /// let states: Vec<_> = auth.keys().into_iter().map(|key| key.state).collect();
    /// assert_eq!(states, [KeyState::Signing, KeyState::Verifying]);
    /// auth.retire_key(&system, &old)?; // one access token lifetime later
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] when another key has the same `kid`, [`KeyError::Retired`] when the key was retired
    /// on this node; the keys then stay unchanged.
    pub fn rotate_key(&self, context: &Context, keys: impl Into<KeySet>) -> Result<(), KeyError> {
        let next = keys.into();
        self.access_tokens().change_keys(|keys| keys.rotated(next.clone()))?;
        if let Ok(key) = next.signing() {
            let kid = key.verifying.kid.to_string();
            self.record(context, EventKind::SigningKeyRotated { kid });
        }
        Ok(())
    }

    /// Accepts tokens of another key.
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] when another key has the same `kid`, [`KeyError::Retired`] when the key was retired
    /// on this node.
    pub fn accept_key<A: KeyKind>(&self, context: &Context, key: VerifyingKey<A>) -> Result<(), KeyError> {
        let key = key.erase();
        self.access_tokens().change_keys(|keys| keys.clone().accept(key.clone()))?;
        self.record(context, EventKind::VerifyingKeyAdded { kid: key.kid().to_owned() });
        Ok(())
    }

    /// Refuses tokens of a key from now on: after its last token has expired, or at once when the key was compromised.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when there is no such key, [`KeyError::StillSigning`] when it is the signing key.
    pub fn retire_key(&self, context: &Context, kid: &str) -> Result<(), KeyError> {
        self.access_tokens().change_keys(|keys| keys.retired(kid))?;
        self.record(context, EventKind::KeyRetired { kid: kid.to_owned() });
        Ok(())
    }

    /// Returns the keys, the signing key first.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.access_tokens().keys().iter().collect()
    }
}
