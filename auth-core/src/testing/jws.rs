//! Verification of JWS test vectors that are not access tokens.

use crate::token::keys::{KeyState, Ring, jwk};
use crate::token::{Compact, KeyError, TokenError};

/// Why a test vector was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorRefused {
    /// The key is invalid.
    #[error("invalid key: {0}")]
    Key(#[from] KeyError),
    /// The token is invalid.
    #[error("invalid token: {0}")]
    Token(#[from] TokenError),
}

/// Verifies a compact JWS with a JWK, as access tokens are verified, and returns its payload. The strength of a secret
/// is not checked, since test vectors use weak keys.
///
/// # Errors
///
/// [`VectorRefused`] for an invalid key or token.
pub fn open_jws(key: &str, token: &str) -> Result<Vec<u8>, VectorRefused> {
    let mut ring = Ring::default();
    ring.add(jwk::vector(key)?, KeyState::Verifying)?;
    let jws = Compact::split(token)?;
    let header = jws.read_header()?;
    Ok(jws.open(ring.find(header.kid.as_deref(), header.algorithm)?)?)
}
