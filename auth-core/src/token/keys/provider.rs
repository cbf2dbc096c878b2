//! The library that makes and verifies every signature of a token, and how it is called.
//!
//! By its backend's factories, which are named here: its `encode`, `decode`, `crypto::{sign, verify}` and
//! `Jwk::thumbprint` ask for the provider of the process, and there is none when an application's dependencies turn on
//! both of its backends and nobody has chosen one; they panic then.

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::Algorithm;
use crate::token::TokenError;

const PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// Reads the public half of private keys.
pub(super) const KEY_UTILS: &KeyUtils = &PROVIDER.key_utils;

/// A signer cannot be shared between threads, so each signature has its own.
pub(super) fn sign(key: &EncodingKey, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, TokenError> {
    let signer = (PROVIDER.signer_factory)(&algorithm.in_library(), key).map_err(|_| TokenError::Signature)?;
    signer.try_sign(message).map_err(|_| TokenError::Signature)
}

/// Whether `signature` is the key's for `message`.
pub(super) fn verify(
    key: &DecodingKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &Vec<u8>,
) -> Result<(), TokenError> {
    let verifier = (PROVIDER.verifier_factory)(&algorithm.in_library(), key).map_err(|_| TokenError::Signature)?;
    verifier.verify(message, signature).map_err(|_| TokenError::Signature)
}
