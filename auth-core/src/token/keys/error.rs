//! Why a key cannot be used.

use super::{Algorithm, WeakSecret};

/// A key that cannot be used. Never holds any of the key.
///
/// ```
/// use auth_core::token::{KeyError, SigningKey};
///
/// let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
/// let error = SigningKey::<auth_core::token::Any>::from_pem(&public.into()).unwrap_err();
/// assert_eq!(error, KeyError::NotPrivate);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a key in any form that is read.
    #[error("it is not a key that can be read: {0}")]
    Unreadable(&'static str),
    /// A key of a type, curve or algorithm that is not offered.
    #[error("its {0} is not offered: use an Ed25519, P-256 or RSA key, or HS256")]
    Unsupported(&'static str),
    /// A key for another algorithm than the one it was to be used with.
    #[error("it is a key for {found}, not for {expected}")]
    Algorithm {
        /// The algorithm that it was to be used with.
        expected: Algorithm,
        /// The algorithm that it has.
        found: Algorithm,
    },
    /// Its own parameters say that it is for something else.
    #[error("its `{0}` says that it is for something else than signatures")]
    Purpose(&'static str),
    /// A public key where a private one is needed.
    #[error("it is a public key, and signing needs the private one")]
    NotPrivate,
    /// A private key where only public ones belong.
    #[error("it is a private or secret key where only public keys belong")]
    NotPublic,
    /// An RSA modulus of under 2048 or over 8192 bits (RFC 7518 section 3.3).
    #[error("its RSA modulus has {bits} bits; use 2048 to 8192")]
    RsaModulus {
        /// How many it has.
        bits: usize,
    },
    /// An RSA exponent that protects nothing.
    #[error("its RSA exponent must be odd and at least 3; 65537 is usual")]
    RsaExponent,
    /// The parts of the key do not belong together, or a point is not on its curve.
    #[error("its parts do not belong together")]
    Inconsistent,
    /// An HMAC secret that protects nothing.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
    /// Two different keys of one set share a `kid`.
    #[error("two keys of the set have the same `kid`")]
    DuplicateKid,
    /// The set has no such key.
    #[error("the set has no key of this `kid`")]
    UnknownKid,
    /// The key has been retired and does not come back.
    #[error("it has been retired; take another key")]
    Retired,
    /// The key that signs cannot be retired; another must sign first.
    #[error("the key signs; let another one sign before it is retired")]
    StillSigning,
}
