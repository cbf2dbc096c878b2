//! Signing keys.

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
/// The type parameter is the algorithm, so a key for another algorithm does not compile; [`Any`] is for keys read from
/// a configured file. `Debug` hides the key; there is no `Serialize` and no `==`.
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

/// A signing key with its verifying half.
pub(crate) struct Signing {
    key: EncodingKey,
    pub(crate) verifying: Verifying,
}

impl Signing {
    pub(super) fn secret(bytes: &[u8], kid: Option<String>) -> Result<Self, WeakSecret> {
        check_strength(bytes)?;
        Self::unchecked_secret(bytes, kid)
    }

    /// Accepts a weak secret; the library refuses an empty one.
    pub(super) fn unchecked_secret(bytes: &[u8], kid: Option<String>) -> Result<Self, WeakSecret> {
        // The `kid` must not reveal the key: it is an HMAC of a constant.
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
    /// Creates an HS256 key from a secret of at least 32 bytes (RFC 7518 section 3.2).
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is too short, well known or repetitive.
    pub fn hs256(secret: &SecretString) -> Result<Self, WeakSecret> {
        Signing::secret(secret.expose_secret().as_bytes(), None).map(Self::of)
    }
}

impl SigningKey<EdDsa> {
    /// Generates an Ed25519 key, which is not persisted.
    ///
    /// # Errors
    ///
    /// [`KeyError::Inconsistent`] if the system provides no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Self::random(PrivateKey::random_ed25519(), Algorithm::EdDsa)
    }
}

impl SigningKey<Es256> {
    /// Generates a P-256 key, which is not persisted.
    ///
    /// # Errors
    ///
    /// [`KeyError::Inconsistent`] if the system provides no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Self::random(PrivateKey::random_p256(), Algorithm::Es256)
    }
}

/// The size of a generated RSA key. Keys of other sizes can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RsaBits {
    /// 2048 bits, the minimum (RFC 7518 section 3.3).
    B2048,
    /// 3072 bits, about as strong as P-256.
    B3072,
}

macro_rules! generate_rsa {
    ($($kind:ident = $algorithm:expr),*) => {$(
        impl SigningKey<super::$kind> {
            /// Generates an RSA key, which is not persisted. Takes up to a second.
            ///
            /// # Errors
            ///
            /// [`KeyError::Inconsistent`] if the system provides no randomness.
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
    /// encrypted. Its `kid` is the RFC 7638 thumbprint.
    ///
    /// With [`Any`], an RSA key signs with RS256, and one for RSASSA-PSS (RFC 4055) with PS256; use
    /// [`Ps256`](super::Ps256) or a JWK for PS256 with other keys.
    ///
    /// ```no_run
    /// use auth_core::token::{Algorithm, SigningKey};
    ///
    /// // `openssl genpkey -algorithm ed25519 -out signing.pem`
    /// let key: SigningKey = SigningKey::from_pem(&std::fs::read_to_string("signing.pem")?.into())?;
    /// assert_eq!(key.algorithm(), Algorithm::EdDsa);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the problem.
    pub fn from_pem(text: &SecretString) -> Result<Self, KeyError> {
        Self::checked(pem::signing(text.expose_secret(), A::ALGORITHM)?)
    }

    /// Reads a private or secret JWK (RFC 7517, RFC 7518 section 6, RFC 8037). The default
    /// `kid` of an asymmetric key is its RFC 7638 thumbprint.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the problem.
    pub fn from_jwk(text: &SecretString) -> Result<Self, KeyError> {
        Self::checked(jwk::signing(text.expose_secret(), A::ALGORITHM)?)
    }

    fn checked(key: Signing) -> Result<Self, KeyError> {
        VerifyingKey::<A>::checked(key.verifying.clone()).map(|_| Self::of(key))
    }

    fn random(key: Option<PrivateKey>, algorithm: Algorithm) -> Result<Self, KeyError> {
        Signing::asymmetric(key.ok_or(KeyError::Inconsistent)?, algorithm, None).map(Self::of)
    }

    fn of(key: Signing) -> Self {
        Self { key: Arc::new(key), kind: PhantomData }
    }

    /// The key's `kid`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.key.verifying.kid
    }

    /// The key's algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.verifying.algorithm
    }

    /// The verifying key: the public half, or for HS256 the secret itself.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey<A> {
        VerifyingKey { key: self.key.verifying.clone(), kind: PhantomData }
    }
}

impl<A: KeyKind> std::fmt::Debug for SigningKey<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.key.verifying.debug("SigningKey", f)
    }
}
