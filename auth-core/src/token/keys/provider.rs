//! Calls of `jsonwebtoken` for the signatures of tokens.
//!
//! The factories of the aws-lc-rs backend are called directly. `encode`, `decode`, `crypto::{sign, verify}` and
//! `Jwk::thumbprint` use the process-wide provider, and panic if dependencies enable both backends and none is
//! installed.

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::Algorithm;
use crate::token::TokenError;

const PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// Extracts the public half of private keys.
pub(super) const KEY_UTILS: &KeyUtils = &PROVIDER.key_utils;

/// Signs with a new signer each time: a signer is not `Sync`.
pub(super) fn sign(key: &EncodingKey, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, TokenError> {
    let signer = (PROVIDER.signer_factory)(&algorithm.in_library(), key).map_err(|_| TokenError::Signature)?;
    signer.try_sign(message).map_err(|_| TokenError::Signature)
}

/// Verifies the key's signature of `message`.
pub(super) fn verify(
    key: &DecodingKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &Vec<u8>,
) -> Result<(), TokenError> {
    let verifier = (PROVIDER.verifier_factory)(&algorithm.in_library(), key).map_err(|_| TokenError::Signature)?;
    verifier.verify(message, signature).map_err(|_| TokenError::Signature)
}
