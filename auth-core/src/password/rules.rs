//! Rules for new passwords: length and a blocklist, no composition rules (NIST SP 800-63B-4 section 3.1.1.2).

use std::collections::HashSet;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::hasher::normalized;
use crate::base::Email;

/// Argon2 accepts more, but hashing reads the whole password first: the limit bounds that work.
const MAX_BYTES: usize = 1024;

/// The rules for new passwords: a length and a blocklist, no composition rules (NIST SP 800-63B-4 section 3.1.1.2). A
/// password counts in Unicode's normal form C.
///
/// The default is [`nist`](Self::nist). [`AuthBuilder::password_rules`](crate::AuthBuilder::password_rules) sets them
/// for registration, password changes and every other operation.
///
/// ```
/// use auth_core::password::{PasswordRules, WeakPassword};
///
/// let rules = PasswordRules::nist();
/// let check = |text: &str| rules.check(text.into(), &["ada@example.com"]).map(|_| ());
/// assert_eq!(check("three words and a comma"), Ok(()));
/// assert_eq!(check("Tr0ub4dor&3"), Err(WeakPassword::TooShort { min: 15 }));
/// assert_eq!(check("Password!!!1234"), Err(WeakPassword::Guessable));
///
/// let second_factor = PasswordRules::nist().min_chars(8).block(["conduit"]);
/// ```
#[derive(Clone, Debug)]
pub struct PasswordRules {
    min_chars: usize,
    allow_guessable: bool,
    blocked: Arc<HashSet<String>>,
    /// Zero refuses none.
    #[cfg(feature = "zxcvbn")]
    min_score: u8,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self::nist()
    }
}

impl PasswordRules {
    /// At least 15 code points, at most 1024 bytes, and not easy to guess.
    #[must_use]
    pub fn nist() -> Self {
        Self {
            min_chars: 15,
            allow_guessable: false,
            blocked: Arc::default(),
            #[cfg(feature = "zxcvbn")]
            min_score: 0,
        }
    }

    /// Sets the least number of code points. NIST allows 8 where every login has a second factor.
    #[must_use]
    pub const fn min_chars(mut self, chars: usize) -> Self {
        self.min_chars = chars;
        self
    }

    /// Accepts passwords that are easy to guess, which NIST forbids: for an API whose clients already have such ones.
    #[must_use]
    pub const fn allow_guessable(mut self) -> Self {
        self.allow_guessable = true;
        self
    }

    /// Also refuses these passwords, in any case, and repetitions of them.
    #[must_use]
    pub fn block<I: IntoIterator<Item: AsRef<str>>>(mut self, passwords: I) -> Self {
        let words = passwords.into_iter().map(|word| word.as_ref().to_lowercase());
        Arc::make_mut(&mut self.blocked).extend(words);
        self
    }

    /// Also refuses passwords whose score by [zxcvbn](https://docs.rs/zxcvbn) is lower: 3 refuses those that take less than
    /// about 10^8 guesses, 4 those of less than 10^10. The score counts dictionaries, dates, keyboard patterns, and the
    /// words known of the user; more than 4 counts as 4. Only the first 100 characters count.
    ///
    /// ```
    /// use auth_core::password::{PasswordRules, WeakPassword};
    ///
    /// let rules = PasswordRules::nist().min_chars(8).min_zxcvbn_score(3);
    /// let check = |text: &str| rules.check(text.into(), &["ada@example.com"]).map(|_| ());
    /// assert_eq!(check("whatever1987"), Err(WeakPassword::Guessable));
    /// assert_eq!(check("three words and a comma"), Ok(()));
    /// ```
    #[cfg(feature = "zxcvbn")]
    #[cfg_attr(docsrs, doc(cfg(feature = "zxcvbn")))]
    #[must_use]
    pub const fn min_zxcvbn_score(mut self, score: u8) -> Self {
        self.min_score = if score > 4 { 4 } else { score };
        self
    }

    /// Whether a check takes milliseconds, so that it belongs on a hashing thread.
    #[cfg_attr(not(feature = "zxcvbn"), expect(clippy::unused_self, reason = "the feature uses it"))]
    pub(crate) const fn is_slow(&self) -> bool {
        #[cfg(feature = "zxcvbn")]
        let is_slow = self.min_score > 0;
        #[cfg(not(feature = "zxcvbn"))]
        let is_slow = false;
        is_slow
    }

    /// Checks a new password. `words` are known of the user, such as the e-mail address, the user name or the name of
    /// the service: a password must not be one of them.
    ///
    /// # Errors
    ///
    /// [`WeakPassword`] names the violated rule.
    #[expect(clippy::needless_pass_by_value, reason = "the form as sent is dropped here")]
    pub fn check(&self, password: SecretString, words: &[&str]) -> Result<Password, WeakPassword> {
        if password.expose_secret().len() > MAX_BYTES {
            return Err(WeakPassword::TooLong);
        }
        let password = normalized(password.expose_secret());
        let text = password.expose_secret();
        if text.chars().any(is_invisible) {
            return Err(WeakPassword::Invisible);
        }
        if text.chars().count() < self.min_chars {
            return Err(WeakPassword::TooShort { min: self.min_chars });
        }
        if !self.allow_guessable && self.is_guessable(&text.to_lowercase(), words) {
            return Err(WeakPassword::Guessable);
        }
        #[cfg(feature = "zxcvbn")]
        if self.min_score > 0 && score(text, words) < self.min_score {
            return Err(WeakPassword::Guessable);
        }
        Ok(Password(password))
    }

    fn is_guessable(&self, lower: &str, words: &[&str]) -> bool {
        let mut distinct: Vec<char> = lower.chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 5 || RUNS.iter().any(|run| run.contains(lower)) {
            return true;
        }
        // Attackers try digits and signs around a word: `Password!!!1234` right after `password`.
        let core = lower.trim_matches(|c: char| !c.is_alphabetic());
        let is_blocked = |word: &str| lower == word || is_repetition(core, word);
        let local_parts = words.iter().filter_map(|word| word.split_once('@').map(|(local, _)| local));
        // An address is stored with the domain in ASCII, and its user writes `bücher.example`.
        let email = |text: &str| text.parse::<Email>().ok();
        let (addresses, own) = (words.iter().filter_map(|word| email(word)), email(lower));
        let is_address = |address: Email| own.as_ref() == Some(&address) || is_blocked(&address.in_unicode());
        COMMON.split(' ').any(is_blocked)
            || self.blocked.iter().any(|word| is_blocked(word))
            || words.iter().copied().chain(local_parts).any(|word| is_blocked(&word.to_lowercase()))
            || addresses.into_iter().any(is_address)
    }
}

/// A new password that meets the [`PasswordRules`].
pub struct Password(SecretString);

impl Password {
    pub(crate) const fn secret(&self) -> &SecretString {
        &self.0
    }

    pub(crate) fn into_secret(self) -> SecretString {
        self.0
    }
}

redacted_debug!(Password);

/// The reason for rejecting a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakPassword {
    /// Too few code points.
    #[error("the password has fewer than {min} characters; use a few random words")]
    TooShort {
        /// The least number.
        min: usize,
    },
    /// More than 1024 bytes.
    #[error("the password is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A control character, or one that no screen shows (RFC 8264 section 9.13): its user could hardly write it again.
    #[error("the password contains an invisible character; write it with characters that are shown")]
    Invisible,
    /// A common or blocked password, a word known of the user, fewer than five distinct characters, or a low score by
    /// zxcvbn where the rules ask for one.
    #[error("the password is too easy to guess; use a few random words")]
    Guessable,
    /// In the list of a [`BreachCheck`](super::BreachCheck).
    #[error("the password is known from a data breach; use one that you use nowhere else")]
    Breached,
}

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

/// The score by zxcvbn, from 0 to 4.
#[cfg(feature = "zxcvbn")]
fn score(text: &str, words: &[&str]) -> u8 {
    let parts = words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()).chain([*word]));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    zxcvbn::zxcvbn(text, &parts).score().into()
}

/// Control characters, and code points with the property `Default_Ignorable_Code_Point` but for the joiners, which words of
/// some scripts need, and the variation selectors that keyboards write into emoji.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn is_repetition(text: &str, word: &str) -> bool {
    !text.is_empty() && !word.is_empty() && text.len().is_multiple_of(word.len()) && text.replace(word, "").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "idn")]
    #[test]
    fn the_users_own_address_is_guessable_in_each_form() {
        let email = "ada.lovelace@xn--bcher-kva.example";
        let check = |text: &str| PasswordRules::nist().check(text.into(), &[email]).map(|_| ());
        for text in [
            email,
            "ada.lovelace@bücher.example",
            "Ada.Lovelace@Bücher.example",
            "ada.lovelace@bu\u{308}cher.example",
            "ada.lovelace@bücher.example1234",
        ] {
            assert_eq!(check(text), Err(WeakPassword::Guessable), "{text}");
        }
        assert_eq!(check("bob.lovelace@bücher.example"), Ok(()));
    }

    #[test]
    fn rfc8265_s4_2_2_spaces_are_equal_and_invisible_characters_are_refused() {
        let check = |text: &str| PasswordRules::nist().check(text.into(), &[]);
        let plain = check("three words and a comma").unwrap();
        for space in ["\u{a0}", "\u{1680}", "\u{2003}", "\u{202f}", "\u{205f}", "\u{3000}"] {
            let written = check(&format!("three{space}words and a comma")).unwrap();
            assert_eq!(written.secret().expose_secret(), plain.secret().expose_secret(), "{space:?}");
        }
        for hidden in
            ["\0", "\t", "\u{7f}", "\u{85}", "\u{ad}", "\u{200b}", "\u{202e}", "\u{2060}", "\u{feff}", "\u{e0041}"]
        {
            let refused = check(&format!("three{hidden}words and a comma")).err();
            assert_eq!(refused, Some(WeakPassword::Invisible), "{hidden:?}");
        }
        for joiner in ["\u{200c}", "\u{200d}", "\u{2764}\u{fe0f}"] {
            assert!(check(&format!("three{joiner}words and a comma")).is_ok(), "{joiner:?}");
        }
    }

    #[test]
    fn a_blocked_word_is_refused_in_any_case_and_repeated() {
        let check = |rules: PasswordRules, text: &str| rules.check(text.into(), &[]).map(|_| ());
        let rules = PasswordRules::nist().min_chars(8);
        let blocking = rules.clone().block(["Conduit"]);
        for text in ["conduit!", "CONDUIT-1", "conduitConduit", "2026 conduit"] {
            assert_eq!(check(rules.clone(), text), Ok(()), "{text}");
            assert_eq!(check(blocking.clone(), text), Err(WeakPassword::Guessable), "{text}");
        }
        assert_eq!(check(blocking, "a conduit of words"), Ok(()));
    }

    #[cfg(feature = "idn")]
    #[test]
    fn every_ignorable_code_point_is_invisible() {
        use icu_properties::CodePointSetData;
        use icu_properties::props::DefaultIgnorableCodePoint;

        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        for c in '\0'..=char::MAX {
            let is_joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
            assert_eq!(is_invisible(c), c.is_control() || ignorable.contains(c) && !is_joiner, "{c:?}");
        }
    }

    #[cfg(feature = "zxcvbn")]
    #[test]
    fn a_low_score_is_guessable_and_the_words_of_the_user_lower_it() {
        let check =
            |rules: PasswordRules, text: &str| rules.check(text.into(), &["a.lovelace@example.com"]).map(|_| ());
        let rules = PasswordRules::nist().min_chars(8);
        let (weak, of_user) = ("whatever1987", "lovelace-1987");
        assert_eq!(check(rules.clone(), weak), Ok(()), "the rule is off by default");
        assert_eq!(check(rules.clone(), of_user), Ok(()));
        for score in [3, 4, u8::MAX] {
            let rules = rules.clone().min_zxcvbn_score(score);
            assert_eq!(check(rules.clone(), weak), Err(WeakPassword::Guessable), "{score}");
            assert_eq!(check(rules.clone(), of_user), Err(WeakPassword::Guessable), "{score}");
            assert_eq!(check(rules.clone(), "three words and a comma"), Ok(()), "{score}");
            assert_eq!(check(rules, &"three words and a comma ".repeat(40)), Ok(()), "{score}");
        }
        // The other rules count as before.
        assert_eq!(check(rules.min_zxcvbn_score(4), "seven x"), Err(WeakPassword::TooShort { min: 8 }));
    }
}
