//! Errors in reading and using keys.

use super::{Algorithm, WeakSecret};

/// The reason for rejecting a key. It never contains key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a key in PEM or JWK.
    #[error("malformed key: {0}")]
    Unreadable(&'static str),
    /// A key of an unsupported type, size, curve or algorithm.
    #[error("unsupported {0}: use an Ed25519 or P-256 key, an RSA key of 2048 to 8192 bits, or HS256")]
    Unsupported(&'static str),
    /// A key for another algorithm.
    #[error("expected a key for {expected}, found one for {found}")]
    Algorithm {
        /// The required algorithm.
        expected: Algorithm,
        /// The key's algorithm.
        found: Algorithm,
    },
    /// The key's `use` or `key_ops` excludes signatures.
    #[error("the key's `{0}` excludes signatures")]
    Purpose(&'static str),
    /// A public key where a private key is required.
    #[error("expected a private key, found a public key")]
    NotPrivate,
    /// A private or secret key where a public key is required.
    #[error("expected a public key, found a private or secret key")]
    NotPublic,
    /// An RSA modulus of under 2048 or over 8192 bits (RFC 7518 section 3.3).
    #[error("the RSA modulus has {bits} bits; use 2048 to 8192")]
    RsaModulus {
        /// The size of the modulus.
        bits: usize,
    },
    /// An RSA exponent that is even or 1.
    #[error("the RSA exponent must be odd and at least 3; use 65537")]
    RsaExponent,
    /// An RSA modulus with the fingerprint of ROCA (CVE-2017-15361), whose factors can be computed.
    #[error("the RSA key has the ROCA fingerprint (CVE-2017-15361), so it can be factored; generate another key")]
    Roca,
    /// An Ed25519 key of a small order, for which anyone can make signatures.
    #[error("the Ed25519 key has a small order, so anyone can make its signatures; generate another key")]
    SmallOrder,
    /// The private half of the key is published in a standard.
    #[error("the key is an example of a standard, so its private half is public; generate another key")]
    Published,
    /// The key's components are inconsistent, or a point is not on its curve.
    #[error("key components are inconsistent")]
    Inconsistent,
    /// A weak HMAC secret.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
    /// Two different keys of one set share a `kid`.
    #[error("two keys of the set have the same `kid`")]
    DuplicateKid,
    /// No key of the set has this `kid`.
    #[error("no key of the set has this `kid`")]
    UnknownKid,
    /// The key was retired, which is final.
    #[error("the key was retired; use another key")]
    Retired,
    /// The signing key cannot be retired.
    #[error("the signing key cannot be retired; rotate to another key first")]
    StillSigning,
}
