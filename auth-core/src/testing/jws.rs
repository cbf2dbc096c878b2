//! The verifier under access tokens, for test vectors that are no access tokens.

use crate::token::keys::{KeyState, Ring, jwk};
use crate::token::{Compact, KeyError, TokenError};

/// Why a test vector was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorRefused {
    /// The key cannot be used.
    #[error("the key: {0}")]
    Key(#[from] KeyError),
    /// The token does not verify.
    #[error("the token: {0}")]
    Token(#[from] TokenError),
}

/// Verifies a compact JWS by a JWK, in the way access tokens are, and gives its payload. The strength of a secret is not
/// looked at: vectors use keys of zeros.
///
/// ```
/// use auth_core::testing::{VectorRefused, open_jws};
/// use auth_core::token::TokenError;
///
/// let key = r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","alg":"HS256"}"#;
/// let refused = open_jws(key, "no.token").unwrap_err();
/// assert_eq!(refused, VectorRefused::Token(TokenError::Malformed));
/// ```
///
/// # Errors
///
/// [`VectorRefused`] says whether it was the key or the token.
pub fn open_jws(key: &str, token: &str) -> Result<Vec<u8>, VectorRefused> {
    let mut ring = Ring::default();
    ring.add(jwk::vector(key)?, KeyState::Verifying)?;
    let jws = Compact::split(token)?;
    let header = jws.read_header()?;
    Ok(jws.open(ring.find(header.kid.as_deref(), header.algorithm)?)?)
}
