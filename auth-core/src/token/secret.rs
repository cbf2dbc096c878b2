//! Random secrets for settings: signing secrets, first passwords.

use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::TokenError;

/// 256 random bits in base64url: 43 characters, good for a signing secret or a first password.
///
/// ```
/// use auth_core::token::{SigningKey, random_secret};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::hs256(&random_secret()?)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`TokenError::Malformed`] when the machine gives no randomness.
pub fn random_secret() -> Result<SecretString, TokenError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| TokenError::Malformed)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(secret).into())
}
