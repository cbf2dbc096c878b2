//! Keys that verify.

use std::marker::PhantomData;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::ParsedPublicKey;

use super::public::PublicKey;
use super::{Algorithm, Any, KeyError, KeyKind, jwk, pem};
use crate::token::TokenError;

/// A key that verifies tokens of the one algorithm it is bound to.
///
/// Its type says which, so a key for one algorithm cannot stand where another's belongs; [`Any`] is the type of keys
/// read from a configured file. It has no `Debug` that shows it, no `Serialize` and no `==`.
pub struct VerifyingKey<A: KeyKind = Any> {
    pub(super) key: Verifying,
    pub(super) kind: PhantomData<fn() -> A>,
}

/// A verifying key prepared: nothing is parsed again when a token comes.
#[derive(Clone)]
pub(crate) struct Verifying {
    pub(crate) kid: Arc<str>,
    pub(crate) algorithm: Algorithm,
    verifier: Verifier,
    /// `None` for a secret.
    pub(super) public: Option<Arc<PublicKey>>,
}

#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a service holds a handful of keys, and each request reads one")]
enum Verifier {
    Secret(hmac::Key),
    Public(Arc<ParsedPublicKey>),
}

impl Verifying {
    pub(super) fn public(public: PublicKey, algorithm: Algorithm, kid: Option<String>) -> Result<Self, KeyError> {
        let verifier = public.verifier(algorithm)?;
        Ok(Self {
            kid: kid.unwrap_or_else(|| public.thumbprint()).into(),
            algorithm,
            verifier: Verifier::Public(Arc::new(verifier)),
            public: Some(Arc::new(public)),
        })
    }

    pub(super) fn secret(key: hmac::Key, kid: String) -> Self {
        Self { kid: kid.into(), algorithm: Algorithm::Hs256, verifier: Verifier::Secret(key), public: None }
    }

    /// Whether `signature` is this key's for `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        match &self.verifier {
            Verifier::Secret(key) => hmac::verify(key, message, signature),
            Verifier::Public(key) => key.verify_sig(message, signature),
        }
        .map_err(|_| TokenError::Signature)
    }

    /// Whether both are the same key, whatever they are called.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && match (&self.verifier, &other.verifier) {
                (Verifier::Secret(a), Verifier::Secret(b)) => {
                    hmac::verify(a, b"same", hmac::sign(b, b"same").as_ref()).is_ok()
                }
                _ => self.public == other.public,
            }
    }

    /// The JWK to publish; `None` for a secret.
    pub(crate) fn to_jwk(&self) -> Option<serde_json::Value> {
        self.public.as_ref().map(|public| public.to_jwk(&self.kid, self.algorithm))
    }
}

impl<A: KeyKind> VerifyingKey<A> {
    /// Reads a public key in PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`), or the public half of a private one.
    ///
    /// For [`Any`] an RSA key is taken for RS256; name [`Ps256`](super::Ps256) or give a JWK for PS256.
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::checked(pem::verifying(text, A::ALGORITHM)?)
    }

    /// Reads a JWK (RFC 7517), public or private. Its own `kid` is kept; without one it is named by its thumbprint.
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it.
    pub fn from_jwk(text: &str) -> Result<Self, KeyError> {
        Self::checked(jwk::verifying(text, A::ALGORITHM)?)
    }

    pub(super) fn checked(key: Verifying) -> Result<Self, KeyError> {
        match A::ALGORITHM {
            Some(expected) if expected != key.algorithm => Err(KeyError::Algorithm { expected, found: key.algorithm }),
            _ => Ok(Self { key, kind: PhantomData }),
        }
    }

    /// The key's name, `kid` in a token's header.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.key.kid
    }

    /// The one algorithm it verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm
    }

    /// The same key, its algorithm no longer part of its type.
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
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
