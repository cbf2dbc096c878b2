//! Weak HMAC secrets.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::token::TokenHash;

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

/// Secrets of standards, tutorials and default configurations, as published.
const WELL_KNOWN: &[&str] = &[
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", // FastAPI
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", // Flask
    "a-string-secret-at-least-256-bits-long",                           // jwt.io
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970", // Spring
    "======================BezKoder=Spring===========================", // Spring
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R", // Hasura
    "c292a0a3aa32397cdb050e233733900f",                                 // Redash
    "reallyreallyreallyreallyverysafe",                                 // PostgREST
    "ThisTokenIsNotSoSecretChangeIt",                                   // Symfony
    "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.", // NestJS
    // RFC 7515 A.1 and RFC 7517 A.3, in base64url.
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", // RFC 7520 3.5
];

/// Parts of placeholders and of tutorials' secrets: letters and digits in lower case.
const PLACEHOLDERS: &str = "changeme changethis replaceme replacethis replaceit your256bitsecret your384bitsecret \
    your512bitsecret yoursecret mysecret supersecret verysecret topsecret notsosecret stringsecret secretkey password \
    placeholder insecure qwerty donotuse keyboardcat neverguess somerandomstring tobemodified thisismyscretkey";

/// Base64 of either alphabet's padding, as lenient as the decoders of frameworks.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// RFC 7518 section 3.2: at least as long as the hash. RFC 8725 section 3.5: not a human-memorable password.
pub(crate) fn check_strength(secret: &[u8]) -> Result<(), WeakSecret> {
    if secret.len() < 32 {
        return Err(WeakSecret::TooShort { len: secret.len() });
    }
    check_guesses(secret)?;
    // The same bytes in another notation.
    let base64 = |alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(secret).ok();
    let decoded = [hex::decode(secret).ok(), base64(&STANDARD), base64(&URL_SAFE)];
    decoded.into_iter().flatten().try_for_each(|bytes| check_guesses(&bytes))
}

/// Whether this is the hash of the empty text, or of a well-known secret or placeholder.
pub(crate) fn is_hash_of_guess(hash: &TokenHash) -> bool {
    let is_of = |text: &str| hash.matches(&TokenHash::of(text));
    // Repeated to the length that a secret needs.
    let is_repeated = |word: &str| is_of(word) || (2..=32).any(|times| is_of(&word.repeat(times)));
    is_of("")
        || WELL_KNOWN.iter().any(|secret| is_of(secret) || is_of(&secret.to_ascii_lowercase()))
        || PLACEHOLDERS.split(' ').chain(["secret", "test", "a", "x", "0", "1"]).any(is_repeated)
}

fn check_guesses(secret: &[u8]) -> Result<(), WeakSecret> {
    let texts =
        [String::from_utf8_lossy(secret).into_owned(), BASE64_URL_SAFE_NO_PAD.encode(secret), hex::encode(secret)];
    for text in texts.map(|text| letters_and_digits(&text)) {
        if WELL_KNOWN.iter().any(|known| letters_and_digits(known) == text)
            || PLACEHOLDERS.split(' ').any(|word| text.contains(word))
        {
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

fn letters_and_digits(text: &str) -> String {
    text.replace(|c: char| !c.is_ascii_alphanumeric(), "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

    use super::*;

    #[test]
    fn a_published_secret_is_refused_in_each_notation() {
        let published = [
            "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.",
            "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
            "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
            "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
            "a-string-secret-at-least-256-bits-long",
            "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
            "django-insecure-9$k2!xz&q0w7v(e5r3t1y#u8i6o4p)",
            "keyboard cat keyboard cat keyboard cat",
            "reallyreallyreallyreallyverysafe",
            "======================BezKoder=Spring===========================",
            "this is my custom Secret key for authentication",
            "your-super-secret-jwt-token-with-at-least-32-characters-long",
        ];
        for secret in published {
            let bytes = hex::decode(secret).unwrap_or_else(|_| secret.into());
            let mut notations = vec![secret.to_owned(), secret.to_ascii_uppercase()];
            for form in [secret.as_bytes(), &bytes] {
                notations.extend([BASE64_STANDARD.encode(form), BASE64_STANDARD_NO_PAD.encode(form)]);
                notations.extend([
                    BASE64_URL_SAFE.encode(form),
                    BASE64_URL_SAFE_NO_PAD.encode(form),
                    hex::encode(form),
                ]);
            }
            assert_eq!(check_strength(secret.as_bytes()), Err(WeakSecret::WellKnown), "{secret}");
            for notation in notations.iter().map(String::as_bytes).chain([&*bytes]) {
                assert!(check_strength(notation).is_err(), "{secret} as {}", String::from_utf8_lossy(notation));
            }
        }
        for secret in ["Zm9vYmFy", "qL0v"].map(|part| part.repeat(9)) {
            assert_eq!(check_strength(secret.as_bytes()), Err(WeakSecret::Repetitive), "{secret}");
        }
    }

    #[test]
    fn a_secret_of_few_different_bytes_is_refused() {
        let few = "amzqmaqzzamqqmzamzaqazqmaaqzmqamzzqa";
        assert_eq!(check_strength(few.as_bytes()), Err(WeakSecret::Repetitive));
        let more = "amzqmeqzwamqhmzamtaqazqkaaqzmqbmzzqa";
        assert_eq!(check_strength(more.as_bytes()), Ok(()));
    }

    #[test]
    fn a_random_secret_is_accepted_in_each_notation() {
        for _ in 0..200 {
            let mut bytes = [0; 32];
            aws_lc_rs::rand::fill(&mut bytes).unwrap();
            for text in [BASE64_STANDARD.encode(bytes), BASE64_URL_SAFE_NO_PAD.encode(bytes), hex::encode(bytes)] {
                assert_eq!(check_strength(text.as_bytes()), Ok(()), "{text}");
            }
            assert_eq!(check_strength(&bytes), Ok(()));
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn the_hash_of_a_guess_is_found() {
        let published = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
        for text in ["", "changeme", "changemechangemechangemechangeme", &"a".repeat(32), published] {
            assert!(is_hash_of_guess(&TokenHash::of(text)), "{text}");
        }
        assert!(!is_hash_of_guess(&TokenHash::of("b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE")));
    }
}
