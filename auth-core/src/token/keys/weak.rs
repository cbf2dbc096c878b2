//! Weak HMAC secrets.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The reason for rejecting a signing secret.
///
/// ```
/// use auth_core::token::{SigningKey, WeakSecret};
///
/// let key = |secret: &str| SigningKey::hs256(&secret.into()).map(|_| ());
/// assert_eq!(key("a-string-secret-at-least-256-bits-long"), Err(WeakSecret::WellKnown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakSecret {
    /// Under 32 bytes.
    #[error("the secret has {len} bytes, but needs 32 or more; generate one with `openssl rand -base64 32`")]
    TooShort {
        /// The length in bytes.
        len: usize,
    },
    /// The example of a standard or tutorial, or a placeholder.
    #[error("the secret is a well-known example or placeholder; generate one with `openssl rand -base64 32`")]
    WellKnown,
    /// Fewer than ten different bytes, a repeated part, or a sequence such as `abc` and `123`.
    #[error("the secret repeats itself or is a sequence; generate one with `openssl rand -base64 32`")]
    Repetitive,
}

/// Secrets of standards and of tutorials of other frameworks, and parts of placeholders: letters and digits in lower case.
const WELL_KNOWN: &[&str] = &[
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", // FastAPI
    "astringsecretatleast256bitslong",                                  // jwt.io
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970", // Spring
    // RFC 7515 A.1 and RFC 7517 A.3, in base64url.
    "aym1sysppbydfgzld3umj1qzkobwvmkoqqestjqlrt1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow",
    "hjtxiz2usn5kbqfbttnwbpdmhkv8fjgonbc6mxccyg", // RFC 7520 3.5
];
const PLACEHOLDERS: &str = "changeme changethis replaceme replacethis your256bitsecret yoursecret mysecret supersecret \
    secretkey password placeholder insecure qwerty";

/// RFC 7518 section 3.2: at least as long as the hash. RFC 8725 section 3.5: not a human-memorable password.
pub(crate) fn check_strength(secret: &[u8]) -> Result<(), WeakSecret> {
    if secret.len() < 32 {
        return Err(WeakSecret::TooShort { len: secret.len() });
    }
    check_guesses(secret)?;
    // The same bytes, written in hexadecimal.
    hex::decode(secret).map_or(Ok(()), |bytes| check_guesses(&bytes))
}

fn check_guesses(secret: &[u8]) -> Result<(), WeakSecret> {
    let texts =
        [String::from_utf8_lossy(secret).into_owned(), BASE64_URL_SAFE_NO_PAD.encode(secret), hex::encode(secret)];
    for text in texts.map(|text| text.replace(|c: char| !c.is_ascii_alphanumeric(), "").to_ascii_lowercase()) {
        if WELL_KNOWN.contains(&text.as_str()) || PLACEHOLDERS.split(' ').any(|word| text.contains(word)) {
            return Err(WeakSecret::WellKnown);
        }
    }
    let mut seen = [false; 256];
    for &byte in secret {
        seen[usize::from(byte)] = true;
    }
    let is_poor = seen.iter().filter(|seen| **seen).count() < 10;
    let repeats = (1..=secret.len() / 2).any(|period| secret[period..] == secret[..secret.len() - period]);
    let steps = secret.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    if is_poor || repeats || steps > secret.len() * 3 / 4 {
        return Err(WeakSecret::Repetitive);
    }
    Ok(())
}
