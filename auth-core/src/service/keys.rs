//! Changing keys while the service runs.

use super::Auth;
use crate::base::Context;
use crate::event::EventKind;
use crate::token::{KeyError, KeyInfo, KeyKind, KeySet, VerifyingKey};

/// Rotation without a restart and without refusing a valid token, on any number of nodes:
///
/// 1. [`accept_key`](Auth::accept_key) the next key on every node, so that each knows it and `jwks.json` shows it;
/// 2. once those who cache `jwks.json` have had their 5 minutes, [`rotate_key`](Auth::rotate_key) on every node;
/// 3. when the last token of the old key has expired (one access lifetime later), [`retire_key`](Auth::retire_key).
///
/// A single node that nobody else verifies for needs the second step only.
impl Auth {
    /// Signs with another key from now on: a [`SigningKey`](super::SigningKey), or the first key of a [`KeySet`] read
    /// anew, for instance by [`Settings::from_env`](crate::Settings::from_env). Every key accepted so far stays
    /// accepted.
    ///
    /// ```
    /// use auth_core::Context;
    /// use auth_core::token::{Es256, KeyState, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = auth_core::testing::in_memory().build()?;
    /// let next = SigningKey::<Es256>::generate()?;
    /// auth.accept_key(&Context::system("example"), next.verifying_key())?; // on every node, some minutes before
    /// auth.rotate_key(&Context::system("example"), next)?;
    ///
    /// let states: Vec<_> = auth.keys().into_iter().map(|key| key.state).collect();
    /// assert_eq!(states, [KeyState::Signing, KeyState::Verifying]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] when another key has its name, [`KeyError::Retired`] when it has been retired here; the
    /// keys then stay as they were.
    pub fn rotate_key(&self, context: &Context, keys: impl Into<KeySet>) -> Result<(), KeyError> {
        let next = keys.into();
        self.access_tokens().change_keys(|keys| keys.rotated(next.clone()))?;
        if let Ok(key) = next.signing() {
            let kid = key.verifying.kid.to_string();
            self.record(context, EventKind::SigningKeyRotated { kid });
        }
        Ok(())
    }

    /// Accepts tokens of another key as well.
    ///
    /// ```
    /// use auth_core::Context;
    /// use auth_core::token::{Es256, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = auth_core::testing::in_memory().build()?;
    /// let of_another_service = SigningKey::<Es256>::generate()?.verifying_key();
    /// auth.accept_key(&Context::system("example"), of_another_service)?;
    /// assert_eq!(auth.keys().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateKid`] when another key has its name, [`KeyError::Retired`] when it has been retired here.
    pub fn accept_key<A: KeyKind>(&self, context: &Context, key: VerifyingKey<A>) -> Result<(), KeyError> {
        let key = key.erase();
        self.access_tokens().change_keys(|keys| keys.clone().accept(key.clone()))?;
        self.record(context, EventKind::VerifyingKeyAdded { kid: key.kid().to_owned() });
        Ok(())
    }

    /// Refuses tokens of a key from now on: when its last token has expired, or at once when the key got out.
    ///
    /// ```
    /// use auth_core::Context;
    /// use auth_core::token::{Es256, KeyError, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = auth_core::testing::in_memory().build()?;
    /// let old = auth.keys().remove(0).kid;
    /// assert_eq!(auth.retire_key(&Context::system("example"), &old), Err(KeyError::StillSigning));
    ///
    /// auth.rotate_key(&Context::system("example"), SigningKey::<Es256>::generate()?)?;
    /// auth.retire_key(&Context::system("example"), &old)?; // tokens of it are refused from now on
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when there is no such key, [`KeyError::StillSigning`] when it signs.
    pub fn retire_key(&self, context: &Context, kid: &str) -> Result<(), KeyError> {
        self.access_tokens().change_keys(|keys| keys.retired(kid))?;
        self.record(context, EventKind::KeyRetired { kid: kid.to_owned() });
        Ok(())
    }

    /// The keys by name, the one that signs first.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.access_tokens().keys().iter().collect()
    }
}
