//! Codes that log in: a token cut in two, of which the client keeps one part, and a message carries the other.

use aws_lc_rs::rand;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{LoginCode, Token, TokenError, TokenHash};

/// Few enough to type, and one guess in 100 million is right.
const DIGITS: usize = 8;

/// A random code.
pub(crate) fn random_code() -> Result<SecretString, TokenError> {
    let mut bytes = Zeroizing::new([0; 16]);
    rand::fill(&mut *bytes).map_err(|_| TokenError::Malformed)?;
    Ok(format!("{:08}", u128::from_be_bytes(*bytes) % 100_000_000).into())
}

impl Token<LoginCode> {
    /// The hash of this challenge with a code, with spaces and hyphens anywhere. A reader of the store lacks the challenge, so
    /// it cannot try all codes. `None` for another text than a code.
    pub(crate) fn hash_with(&self, code: &SecretString) -> Option<TokenHash> {
        let digits = code.expose_secret().chars().filter(|c| !matches!(c, ' ' | '-')).take(DIGITS + 1);
        let digits = Zeroizing::new(digits.collect::<String>());
        let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        // Both have a fixed length.
        is_code.then(|| TokenHash::of(&Zeroizing::new(format!("{}{}", self.expose(), *digits))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_users_type_it_and_belongs_to_its_challenge() {
        let (challenge, other) = (Token::<LoginCode>::random().unwrap(), Token::<LoginCode>::random().unwrap());
        let code = random_code().unwrap();
        let digits = code.expose_secret();
        assert!(digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let hash = challenge.hash_with(&code).unwrap();
        let (first, last) = digits.split_at(4);
        for typed in [format!("{first} {last}"), format!(" {first}-{last} ")] {
            assert_eq!(challenge.hash_with(&typed.into()), Some(hash));
        }
        assert_ne!(other.hash_with(&code), Some(hash));
        for text in ["", "1234567", "123456789", "1234567x", "１２３４５６７８", "12345678\0"] {
            assert_eq!(challenge.hash_with(&text.into()), None, "{text}");
        }
    }
}
