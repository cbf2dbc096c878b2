//! Opaque tokens: random, with a recognisable prefix, stored only as a hash.

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hex::FromHex as _;
use secrecy::{ExposeSecret, SecretString};

use super::{Purpose, TokenError, sealing};

/// A token of kind `K`. Kinds do not mix at compile time.
///
/// `Debug` hides the token; there is no `Serialize` and no `==`.
///
/// ```compile_fail
/// use auth_core::token::{Access, Refresh, Token};
///
/// fn redeem(_: Token<Refresh>) {}
/// fn confused(access: Token<Access>) { redeem(access) }
/// ```
pub struct Token<K> {
    text: SecretString,
    kind: PhantomData<fn() -> K>,
}

/// The kind of access tokens: JWTs of type `at+jwt`.
#[derive(Debug)]
pub enum Access {}

/// The kind of refresh tokens: opaque, single-use, `rt_` and 256 random bits, of which the tokens of a family share 120.
#[derive(Debug)]
pub enum Refresh {}

/// The kind of tokens that set a new password: `pr_` and 256 random bits, valid once and for 30 minutes.
#[derive(Debug)]
pub enum Reset {}

/// The kind of tokens that verify an e-mail address: `ev_` and 256 random bits, valid once and for 24 hours.
#[derive(Debug)]
pub enum Verification {}

/// The kind of tokens that log a user in without a password: `ml_` and 256 random bits, valid once and for 15 minutes.
#[derive(Debug)]
pub enum MagicLink {}

/// The kind of challenges of login codes: `lc_` and 256 random bits, of no use without the code of their message.
#[derive(Debug)]
pub enum LoginCode {}

/// The kind of tokens that change an e-mail address: `ac_` and 256 random bits, valid once and for 24 hours.
#[derive(Debug)]
pub enum AddressChange {}

mod sealed {
    pub trait Sealed {}
}

/// A kind of opaque tokens. Kinds differ by their prefix, so that no token parses as one of another kind. Sealed.
///
/// ```
/// use auth_core::token::{MagicLink, OpaqueKind, Reset};
///
/// assert_eq!((Reset::PREFIX, MagicLink::PREFIX), ("pr_", "ml_"));
/// ```
pub trait OpaqueKind: sealed::Sealed {
    /// The beginning of each token.
    const PREFIX: &'static str;
}

/// A kind of one-time tokens, which a message carries to its recipient. Sealed.
pub trait OneTimeKind: OpaqueKind {
    /// What a token of this kind is for.
    const PURPOSE: Purpose;
}

macro_rules! kinds {
    ($($kind:ident = $prefix:literal),+) => {$(
        impl sealed::Sealed for $kind {}

        impl OpaqueKind for $kind {
            const PREFIX: &'static str = $prefix;
        }
    )+};
}

kinds!(
    Refresh = "rt_",
    Reset = "pr_",
    Verification = "ev_",
    MagicLink = "ml_",
    LoginCode = "lc_",
    AddressChange = "ac_"
);

macro_rules! one_time {
    ($($kind:ident = $purpose:ident),+) => {$(
        impl OneTimeKind for $kind {
            const PURPOSE: Purpose = Purpose::$purpose;
        }
    )+};
}

one_time!(
    Reset = PasswordReset,
    Verification = EmailVerification,
    MagicLink = MagicLink,
    AddressChange = AddressChange
);

impl<K> Token<K> {
    pub(super) fn issued(text: String) -> Self {
        Self { text: text.into(), kind: PhantomData }
    }

    /// The token as text, for the response to its bearer only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl<K> fmt::Debug for Token<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl<K: OpaqueKind> Token<K> {
    /// Generates a token; of refresh tokens the first one of a family.
    pub(crate) fn random() -> Result<Self, TokenError> {
        Ok(Self::issued(format!("{}{}", K::PREFIX, random_body(K::PREFIX)?)))
    }

    /// Parses a token of this kind, without a query to a store.
    ///
    /// ```
    /// use auth_core::token::{Refresh, Token, TokenError};
    ///
    /// assert_eq!(Token::<Refresh>::parse("rt_truncated").unwrap_err(), TokenError::Malformed);
    /// ```
    ///
    /// # Errors
    ///
    /// [`TokenError::Malformed`] if the prefix, length or checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let body = text.strip_prefix(K::PREFIX).ok_or(TokenError::Malformed)?;
        check_body(K::PREFIX, body)?;
        Ok(Self::issued(text.to_owned()))
    }

    /// The hash that stores keep.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }
}

impl Token<Refresh> {
    /// Generates another token of this one's family: 136 new random bits after the shared part.
    pub(crate) fn successor(&self) -> Result<Self, TokenError> {
        let (shared, random) = (self.shared_part(), random_secret()?);
        let text = format!("{shared}{}", random.expose_secret().split_at(FAMILY_CHARS).1);
        let checksum = checksum("", &text);
        Ok(Self::issued(text + &checksum))
    }

    fn shared_part(&self) -> &str {
        self.expose().split_at(Refresh::PREFIX.len() + FAMILY_CHARS).0
    }

    /// The hash of the part that all tokens of its family share. No token has this hash, since the part is shorter.
    ///
    /// A store that no longer keeps every used token of a family keeps this in their place
    /// ([`Redeem::family`](crate::store::Redeem::family)): only a client that has held a token of the family can present
    /// it.
    #[must_use]
    pub fn family(&self) -> TokenHash {
        TokenHash::of(self.shared_part())
    }
}

/// 15 bytes in base64url.
const FAMILY_CHARS: usize = 20;
/// 32 bytes in base64url.
const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;

/// Generates 256 random bits in base64url: 43 characters, for a signing secret or an initial password.
///
/// ```
/// use auth_core::token::{SigningKey, random_secret};
///
/// let key = SigningKey::hs256(&random_secret()?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`TokenError::Malformed`] if the system provides no randomness.
pub fn random_secret() -> Result<SecretString, TokenError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| TokenError::Malformed)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(secret).into())
}

/// Generates 256 random bits and a checksum. The checksum distinguishes a truncated or mistyped token from a revoked
/// one without a query, and lets secret scanners confirm a match.
pub(crate) fn random_body(context: &str) -> Result<String, TokenError> {
    let mut body = random_secret()?.expose_secret().to_owned();
    let checksum = checksum(context, &body);
    body.push_str(&checksum);
    Ok(body)
}

pub(crate) fn check_body(context: &str, body: &str) -> Result<(), TokenError> {
    if body.len() != SECRET_CHARS + CHECKSUM_CHARS || !body.is_ascii() {
        return Err(TokenError::Malformed);
    }
    let (secret, sum) = body.split_at(SECRET_CHARS);
    if checksum(context, secret) == sum { Ok(()) } else { Err(TokenError::Malformed) }
}

fn checksum(context: &str, secret: &str) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(context.as_bytes());
    hash.update(secret.as_bytes());
    let mut sum = BASE64_URL_SAFE_NO_PAD.encode(&hash.finish().as_ref()[..5]);
    sum.truncate(CHECKSUM_CHARS);
    sum
}

/// The SHA-256 of an opaque token. A token has 256 random bits, so a salt or a slow hash would add no security.
///
/// ```
/// use auth_core::token::{Refresh, Token, TokenHash};
///
/// fn is_that(token: &Token<Refresh>, stored: [u8; 32]) -> bool {
///     TokenHash::from(stored).matches(&token.hash()) // in constant time
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }

    /// The hash that `sha256sum` prints: 64 hexadecimal digits of either case; `None` for another text.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        <[u8; 32]>::from_hex(text).ok().map(Self)
    }

    /// The hash as bytes, for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl From<[u8; 32]> for TokenHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

redacted_debug!(TokenHash);

/// Encrypts `successor` under a key derived from `presented`. The store keeps only the hash of `presented`, from which
/// the key cannot be derived.
pub(crate) fn seal(successor: &Token<Refresh>, presented: &Token<Refresh>) -> Result<Vec<u8>, TokenError> {
    sealing::seal(&sealing_key(presented)?, b"", successor.expose().as_bytes())
}

/// Decrypts a successor that [`seal`] encrypted.
pub(crate) fn open(sealed: &[u8], presented: &Token<Refresh>) -> Result<Token<Refresh>, TokenError> {
    let opened = sealing::open(&sealing_key(presented)?, b"", sealed)?;
    Token::parse(std::str::from_utf8(&opened).map_err(|_| TokenError::Malformed)?)
}

fn sealing_key(presented: &Token<Refresh>) -> Result<RandomizedNonceKey, TokenError> {
    sealing::derive(b"auth-core refresh successor", presented.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_is_a_new_token_of_the_same_family() {
        let (first, other) = (Token::random().unwrap(), Token::random().unwrap());
        let (second, third) = (first.successor().unwrap(), first.successor().unwrap());
        let parsed = Token::parse(second.expose()).unwrap();
        assert!(parsed.family() == first.family() && parsed.family() == third.family());
        assert!(second.hash() != third.hash() && second.hash() != first.hash());
        assert!(first.family() != other.family() && first.family() != first.hash());
    }
}
