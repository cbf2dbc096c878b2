//! Verifying keys.

use std::marker::PhantomData;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use jsonwebtoken::DecodingKey;

use super::public::PublicKey;
use super::{Algorithm, Any, KeyError, KeyKind, WeakSecret, jwk, pem, provider, published};
use crate::token::TokenError;

/// A key that verifies tokens, bound to one algorithm: the counterpart of a [`SigningKey`](super::SigningKey).
///
/// ```
/// use auth_core::token::{Algorithm, VerifyingKey};
///
/// let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"M_q8a7iHQfZO3TZB0lzXTnuPDLIz2kzSn7Nq9G8UHUU"}"#;
/// let key: VerifyingKey = VerifyingKey::from_jwk(jwk)?;
/// assert_eq!(key.algorithm(), Algorithm::EdDsa);
/// assert_eq!(key.kid(), "KwUEqqll52qokwGqYDZ_WXy7TSJmeohOXbyKDvXeNHo"); // its RFC 7638 thumbprint
/// # Ok::<(), auth_core::token::KeyError>(())
/// ```
pub struct VerifyingKey<A: KeyKind = Any> {
    pub(super) key: Verifying,
    pub(super) kind: PhantomData<fn() -> A>,
}

/// A verifying key that has been checked.
#[derive(Clone)]
pub(crate) struct Verifying {
    pub(crate) kid: Arc<str>,
    pub(crate) algorithm: Algorithm,
    key: Arc<DecodingKey>,
    /// `None` for a secret.
    pub(super) public: Option<Arc<PublicKey>>,
}

impl Verifying {
    pub(super) fn public(public: PublicKey, algorithm: Algorithm, kid: Option<String>) -> Result<Self, KeyError> {
        public.check(algorithm)?;
        Ok(Self {
            kid: kid.unwrap_or_else(|| public.thumbprint()).into(),
            algorithm,
            key: Arc::new(public.decoding_key()),
            public: Some(Arc::new(public)),
        })
    }

    pub(super) fn secret(bytes: &[u8], kid: String) -> Result<Self, WeakSecret> {
        let key = DecodingKey::from_secret(bytes).map_err(|_| WeakSecret::TooShort { len: bytes.len() })?;
        Ok(Self { kid: kid.into(), algorithm: Algorithm::Hs256, key: Arc::new(key), public: None })
    }

    /// Refuses a key whose private half is published. Test vectors use such keys.
    pub(super) fn check_private_half(&self) -> Result<(), KeyError> {
        self.public.as_ref().map_or(Ok(()), |public| published::check(public))
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), TokenError> {
        provider::verify(&self.key, self.algorithm, message, signature)
    }

    /// The HMAC-SHA-256 of a message by a secret; `None` for a public key.
    pub(super) fn mac(&self, message: &[u8]) -> Option<Vec<u8>> {
        let secret = self.key.try_get_as_bytes().ok().filter(|_| self.public.is_none())?;
        Some(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec())
    }

    /// Whether both are the same key, regardless of `kid`.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && match (&self.public, &other.public) {
                (None, None) => match (self.key.try_get_as_bytes(), other.key.try_get_as_bytes()) {
                    (Ok(own), Ok(other)) => verify_slices_are_equal(own, other).is_ok(),
                    _ => false,
                },
                (own, other) => own == other,
            }
    }

    pub(super) fn debug(&self, name: &str, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(name).field("kid", &self.kid).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }

    /// The JWK to publish; `None` for a secret.
    pub(crate) fn to_jwk(&self) -> Option<serde_json::Value> {
        self.public.as_ref().map(|public| public.to_jwk(&self.kid, self.algorithm))
    }
}

impl<A: KeyKind> VerifyingKey<A> {
    /// Reads a public key in PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`), or the public half of a private one.
    ///
    /// With [`Any`], an RSA key verifies RS256, and one for RSASSA-PSS (RFC 4055) PS256; use [`Ps256`](super::Ps256) or a
    /// JWK for PS256 with other keys.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the problem.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::checked(pem::verifying(text, A::ALGORITHM)?)
    }

    /// Reads a JWK (RFC 7517), public or private. The default `kid` of an asymmetric key is its thumbprint.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the problem.
    pub fn from_jwk(text: &str) -> Result<Self, KeyError> {
        Self::checked(jwk::verifying(text, A::ALGORITHM)?)
    }

    pub(super) fn checked(key: Verifying) -> Result<Self, KeyError> {
        key.check_private_half()?;
        match A::ALGORITHM {
            Some(expected) if expected != key.algorithm => Err(KeyError::Algorithm { expected, found: key.algorithm }),
            _ => Ok(Self { key, kind: PhantomData }),
        }
    }

    pub(crate) fn into_verifying(self) -> Verifying {
        self.key
    }

    /// The key's `kid`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.key.kid
    }

    /// The key's algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm
    }

    /// Erases the algorithm from the key's type.
    #[must_use]
    pub fn erase(self) -> VerifyingKey<Any> {
        VerifyingKey { key: self.key, kind: PhantomData }
    }
}

impl<A: KeyKind> Clone for VerifyingKey<A> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), kind: PhantomData }
    }
}

impl<A: KeyKind> std::fmt::Debug for VerifyingKey<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.key.debug("VerifyingKey", f)
    }
}
