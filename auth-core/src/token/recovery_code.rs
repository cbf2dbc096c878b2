//! Recovery codes: each logs in once in place of a second factor.

use aws_lc_rs::rand;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use totp_rs::Secret;

use super::{TokenError, TokenHash};
use crate::base::SubjectId;

/// 80 bits: 16 characters in base32. A hash of fewer bits could be reversed by trying all codes.
const BYTES: usize = 10;
const CHARS: usize = 16;

/// A recovery code in lower case without hyphens.
pub(crate) struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    pub(crate) fn random() -> Result<Self, TokenError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        rand::fill(&mut *bytes).map_err(|_| TokenError::Malformed)?;
        Ok(Self(Zeroizing::new(Secret::from(bytes.to_vec()).to_base32().to_ascii_lowercase())))
    }

    /// Reads a code in any case, with hyphens and spaces anywhere.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|c| !matches!(c, '-' | ' ')).take(CHARS + 1);
        let code = Zeroizing::new(letters.map(|c| c.to_ascii_lowercase()).collect::<String>());
        (code.len() == CHARS && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(Self(code))
    }

    /// The code in groups of four, for its owner.
    pub(crate) fn shown(&self) -> SecretString {
        let mut shown = String::new();
        for (n, c) in self.0.chars().enumerate() {
            if n > 0 && n % 4 == 0 {
                shown.push('-');
            }
            shown.push(c);
        }
        shown.into()
    }

    /// The hash that stores keep.
    pub(crate) fn hash(&self, subject: &SubjectId) -> TokenHash {
        TokenHash::of(&Zeroizing::new(format!("recovery code {} {subject}", *self.0)))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_shown_and_as_users_type_it() {
        let (code, ada) = (RecoveryCode::random().unwrap(), SubjectId::random());
        let shown = code.shown();
        let shown = shown.expose_secret();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3), "{shown}");
        for typed in
            [shown.to_owned(), shown.to_uppercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert!(RecoveryCode::parse(&typed).unwrap().hash(&ada) == code.hash(&ada), "{typed}");
        }
        assert!(code.hash(&ada) != code.hash(&SubjectId::random()));
        for malformed in
            ["", "123456", &shown[1..], &format!("{shown}a"), "abcd-efgh-ijkl-mno\u{e9}", &"a".repeat(100_000)]
        {
            assert!(RecoveryCode::parse(malformed).is_none());
        }
    }
}
