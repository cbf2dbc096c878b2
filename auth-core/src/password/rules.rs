//! Rules for new passwords: length and a blocklist, no composition rules (NIST SP 800-63B-4 section 3.1.1.2).

use secrecy::{ExposeSecret, SecretString};

use crate::base::Email;

const MIN_CODE_POINTS: usize = 15;
/// Argon2 accepts more, but hashing reads the whole password first: the limit bounds that work.
const MAX_BYTES: usize = 1024;

/// A new password that meets the rules: at least 15 characters, at most 1024 bytes, and not easy to guess. There are no
/// composition rules (NIST SP 800-63B-4 section 3.1.1.2).
///
/// ```
/// use auth_core::password::{Password, WeakPassword};
///
/// let check = |text: &str| Password::new(text.into(), None).map(|_| ());
/// assert_eq!(check("three words and a comma"), Ok(()));
/// assert_eq!(check("Tr0ub4dor&3"), Err(WeakPassword::TooShort)); // under 15 characters
/// assert_eq!(check("Password!!!1234"), Err(WeakPassword::Guessable));
/// ```
pub struct Password(SecretString);

/// The reason for rejecting a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakPassword {
    /// Fewer than 15 characters.
    #[error("the password has fewer than {MIN_CODE_POINTS} characters; use a few random words")]
    TooShort,
    /// More than 1024 bytes.
    #[error("the password is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A common password, the user's e-mail address or its local part, or fewer than five distinct characters.
    #[error("the password is too easy to guess; use a few random words")]
    Guessable,
}

impl Password {
    /// Checks a new password of the user with this address.
    ///
    /// # Errors
    ///
    /// [`WeakPassword`] names the violated rule.
    pub fn new(text: SecretString, email: Option<&Email>) -> Result<Self, WeakPassword> {
        let password = text.expose_secret();
        if password.len() > MAX_BYTES {
            return Err(WeakPassword::TooLong);
        }
        if password.chars().count() < MIN_CODE_POINTS {
            return Err(WeakPassword::TooShort);
        }
        if is_guessable(&password.to_lowercase(), email) {
            return Err(WeakPassword::Guessable);
        }
        Ok(Self(text))
    }

    pub(crate) fn into_secret(self) -> SecretString {
        self.0
    }
}

redacted_debug!(Password);

/// Common passwords. They are compared with the whole password, not with parts of it (NIST SP 800-63B-4): a passphrase
/// may contain the word "password".
const COMMON: &str = "password passwort passw0rd p@ssword p@ssw0rd qwertyuiop qwerty azerty asdfghjkl zxcvbnm letmein \
    welcome changeme admin administrator iloveyou football baseball monkey dragon superman sunshine \
    princess secret login master hello trustno correcthorsebatterystaple passwordpassword user test \
    default qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm thisisapassword mypassword iloveyousomuch \
    letmeinletmein q1w2e3r4t5y6u7i8 1q2w3e4r5t6y7u8i 1qaz2wsx3edc4rfv";

const RUNS: &[&str] = &[
    "01234567890123456789012345678901234567890123456789",
    "98765432109876543210987654321098765432109876543210",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba",
];

fn is_guessable(lower: &str, email: Option<&Email>) -> bool {
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || RUNS.iter().any(|run| run.contains(lower)) {
        return true;
    }
    // Attackers try digits and signs around a word: `Password!!!1234` right after `password`.
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let own = email.and_then(|email| email.as_str().split_once('@').map(|(name, _)| [email.as_str(), name]));
    COMMON.split(' ').chain(own.into_iter().flatten()).any(|word| lower == word || is_repetition(core, word))
}

fn is_repetition(text: &str, word: &str) -> bool {
    !text.is_empty() && !word.is_empty() && text.len().is_multiple_of(word.len()) && text.replace(word, "").is_empty()
}
