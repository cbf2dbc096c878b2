//! Keys that sign.

use std::marker::PhantomData;
use std::sync::Arc;

use aws_lc_rs::{hmac, rsa};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use secrecy::{ExposeSecret, SecretString};

use super::private::PrivateKey;
use super::verifying::Verifying;
use super::weak::check_strength;
use super::{Algorithm, Any, EdDsa, Es256, Hs256, KeyError, KeyKind, VerifyingKey, WeakSecret, jwk, pem, provider};
use crate::token::TokenError;

/// A key that signs access tokens and verifies them, bound to one algorithm.
///
/// Its type says which, so a key for one algorithm cannot stand where another's belongs; [`Any`] is the type of keys
/// read from a configured file. It has no `Debug` that shows it, no `Serialize` and no `==`.
///
/// ```compile_fail
/// use auth_core::token::{EdDsa, Es256, SigningKey};
///
/// fn sign_with(_: SigningKey<Es256>) {}
/// fn confused(key: SigningKey<EdDsa>) { sign_with(key) }
/// ```
pub struct SigningKey<A: KeyKind = Any> {
    pub(super) key: Arc<Signing>,
    kind: PhantomData<fn() -> A>,
}

/// A signing key beside what verifies its signatures.
pub(crate) struct Signing {
    key: EncodingKey,
    pub(crate) verifying: Verifying,
}

impl Signing {
    pub(super) fn secret(bytes: &[u8], kid: Option<String>) -> Result<Self, WeakSecret> {
        check_strength(bytes)?;
        Self::unchecked_secret(bytes, kid)
    }

    /// Takes a short secret, too; the library refuses an empty one.
    pub(super) fn unchecked_secret(bytes: &[u8], kid: Option<String>) -> Result<Self, WeakSecret> {
        // The key's id must tell nothing of the key: it is a keyed hash of a constant.
        let kid = kid.unwrap_or_else(|| {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"auth-core kid");
            BASE64_URL_SAFE_NO_PAD.encode(&tag.as_ref()[..9])
        });
        let key = EncodingKey::from_secret(bytes).map_err(|_| WeakSecret::TooShort { len: bytes.len() })?;
        Ok(Self { key, verifying: Verifying::secret(bytes, kid)? })
    }

    pub(super) fn asymmetric(key: PrivateKey, algorithm: Algorithm, kid: Option<String>) -> Result<Self, KeyError> {
        Ok(Self { key: key.key, verifying: Verifying::public(key.public, algorithm, kid)? })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        provider::sign(&self.key, self.verifying.algorithm, message)
    }
}

impl SigningKey<Hs256> {
    /// An HS256 key of at least 32 bytes (RFC 7518 section 3.2).
    ///
    /// ```
    /// use auth_core::token::{SigningKey, WeakSecret};
    ///
    /// let weak = SigningKey::hs256(&"short".into()).unwrap_err();
    /// assert_eq!(weak, WeakSecret::TooShort { len: 5 });
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] when it is too short, well known, or hardly varied.
    pub fn hs256(secret: &SecretString) -> Result<Self, WeakSecret> {
        Signing::secret(secret.expose_secret().as_bytes(), None).map(Self::of)
    }
}

impl SigningKey<EdDsa> {
    /// A new random Ed25519 key, which dies with the process.
    ///
    /// # Errors
    ///
    /// [`KeyError::Inconsistent`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        Self::random(PrivateKey::random_ed25519(), Algorithm::EdDsa)
    }
}

impl SigningKey<Es256> {
    /// A new random P-256 key, which dies with the process.
    ///
    /// # Errors
    ///
    /// [`KeyError::Inconsistent`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        Self::random(PrivateKey::random_p256(), Algorithm::Es256)
    }
}

/// RSA keys are made in two sizes here; others can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RsaBits {
    /// The least that is safe.
    B2048,
    /// About as strong as P-256.
    B3072,
}

macro_rules! generate_rsa {
    ($($kind:ident = $algorithm:expr),*) => {$(
        impl SigningKey<super::$kind> {
            /// A new random RSA key, which dies with the process. Takes up to a second.
            ///
            /// # Errors
            ///
            /// [`KeyError::Inconsistent`] when the system gives no random bytes.
            pub fn generate(bits: RsaBits) -> Result<Self, KeyError> {
                let size = match bits {
                    RsaBits::B2048 => rsa::KeySize::Rsa2048,
                    RsaBits::B3072 => rsa::KeySize::Rsa3072,
                };
                Self::random(PrivateKey::random_rsa(size), $algorithm)
            }
        }
    )*};
}

generate_rsa!(Rs256 = Algorithm::Rs256, Ps256 = Algorithm::Ps256);

impl<A: KeyKind> SigningKey<A> {
    /// Reads a private key in PEM: PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`), not
    /// encrypted. It is named by its RFC 7638 thumbprint.
    ///
    /// For [`Any`] an RSA key signs by RS256; name [`Ps256`](super::Ps256) or give a JWK for PS256.
    ///
    /// ```no_run
    /// use auth_core::token::{Algorithm, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // `openssl genpkey -algorithm ed25519 -out signing.pem`
    /// let key: SigningKey = SigningKey::from_pem(&std::fs::read_to_string("signing.pem")?.into())?;
    /// assert_eq!(key.algorithm(), Algorithm::EdDsa);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it.
    pub fn from_pem(text: &SecretString) -> Result<Self, KeyError> {
        Self::checked(pem::signing(text.expose_secret(), A::ALGORITHM)?)
    }

    /// Reads a private or secret JWK (RFC 7517, RFC 7518 section 6, RFC 8037). Its own `kid` is kept; without one it
    /// is named by its thumbprint.
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it.
    pub fn from_jwk(text: &SecretString) -> Result<Self, KeyError> {
        Self::checked(jwk::signing(text.expose_secret(), A::ALGORITHM)?)
    }

    fn checked(key: Signing) -> Result<Self, KeyError> {
        match A::ALGORITHM {
            Some(expected) if expected != key.verifying.algorithm => {
                Err(KeyError::Algorithm { expected, found: key.verifying.algorithm })
            }
            _ => Ok(Self::of(key)),
        }
    }

    fn random(key: Option<PrivateKey>, algorithm: Algorithm) -> Result<Self, KeyError> {
        Signing::asymmetric(key.ok_or(KeyError::Inconsistent)?, algorithm, None).map(Self::of)
    }

    fn of(key: Signing) -> Self {
        Self { key: Arc::new(key), kind: PhantomData }
    }

    /// The key's name, `kid` in a token's header.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.key.verifying.kid
    }

    /// The one algorithm it signs by.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.verifying.algorithm
    }

    /// What verifies its signatures: the public half, or the secret itself for HS256.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey<A> {
        VerifyingKey { key: self.key.verifying.clone(), kind: PhantomData }
    }
}

impl<A: KeyKind> std::fmt::Debug for SigningKey<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
