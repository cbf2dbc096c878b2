//! E-mail addresses.

use email_address::{EmailAddress, Options};
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

/// The longest address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;
/// Longer text is refused before any work. Unicode can be longer than its ASCII form.
const MAX_INPUT_BYTES: usize = 4 * MAX_BYTES;

/// An e-mail address in a canonical form, at most 254 bytes (RFC 5321), with a domain of at least two labels.
///
/// The local part is in lower case and in NFC (RFC 6532 section 3.1), the domain in its ASCII form (A-labels, RFC 5890).
/// Addresses that differ only in case, in Unicode composition or in the form of the domain are thus equal. Dots and
/// `+tags` in the local part distinguish addresses. Invisible characters, bidirectional controls and a trailing dot are
/// refused.
///
/// ```
/// use auth_core::{Email, InvalidEmail};
///
/// let email: Email = " Ada@Example.com".parse()?;
/// assert_eq!(email.as_str(), "ada@example.com");
/// assert_eq!("ada@Bücher.example".parse::<Email>()?.as_str(), "ada@xn--bcher-kva.example");
/// # Ok::<(), InvalidEmail>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(Box<str>);

impl Email {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid email address, such as ada@example.com")]
pub struct InvalidEmail;

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        if text.len() > MAX_INPUT_BYTES || text.contains(['"', ' ']) || text.chars().any(is_invisible) {
            return Err(InvalidEmail);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        let lower = nfc.normalize(local).to_lowercase();
        let local = nfc.normalize(&lower);
        let domain = Uts46::new()
            .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
            .map_err(|_| InvalidEmail)?;
        let email = format!("{local}@{domain}");
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        if email.len() > MAX_BYTES || EmailAddress::parse_with_options(&email, options).is_err() {
            return Err(InvalidEmail);
        }
        Ok(Self(email.into()))
    }
}

/// Characters by which two addresses look the same, or one looks like another: controls, spaces, formats such as
/// bidirectional controls, fillers and unassigned ones.
fn is_invisible(c: char) -> bool {
    let hidden = GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator);
    !c.is_ascii_graphic()
        && (hidden.contains(CodePointMapData::<GeneralCategory>::new().get(c))
            || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c))
}

checked_text!(Email, InvalidEmail);

#[cfg(test)]
mod tests {
    use super::*;

    /// An address of this many bytes, whose local part and labels are within their own limits.
    fn of_length(bytes: usize) -> String {
        let start = format!("{}@{}.{}.", "l".repeat(64), "a".repeat(63), "b".repeat(63));
        let end = ".com";
        format!("{start}{}{end}", "c".repeat(bytes - start.len() - end.len()))
    }

    #[test]
    fn rfc5321_s4_5_3_1_3_an_address_has_at_most_254_bytes() {
        let longest = of_length(254);
        assert_eq!(longest.parse::<Email>().map(|email| email.as_str().len()), Ok(254));
        assert_eq!(of_length(255).parse::<Email>(), Err(InvalidEmail));
        // The stored form counts: the ASCII form of a domain is longer than its Unicode form.
        let unicode = longest.replacen(&"c".repeat(10), &"\u{fc}".repeat(5), 1);
        assert!(unicode.len() <= 254, "{unicode}");
        assert_eq!(unicode.parse::<Email>(), Err(InvalidEmail));
    }
}
