//! E-mail addresses.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// The longest address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;
/// Longer text is refused before any work. Unicode can be longer than its ASCII form.
const MAX_INPUT_BYTES: usize = 4 * MAX_BYTES;

/// An e-mail address in a canonical form, at most 254 bytes (RFC 5321), with a domain of at least two labels.
///
/// The local part is in lower case and in NFC (RFC 6532 section 3.1), with `σ` for a final `ς`, the domain in its ASCII form
/// (A-labels, RFC 5890).
/// Addresses that differ only in case, in Unicode composition or in the form of the domain are thus equal. Dots and
/// `+tags` in the local part distinguish addresses. Invisible characters, bidirectional controls and a trailing dot are
/// refused.
///
/// Without the feature `idn` (on by default), an address with other characters than those of ASCII or with an A-label is
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

    /// With the domain in Unicode, as the user may write it.
    #[cfg(feature = "server")]
    pub(crate) fn in_unicode(&self) -> String {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain_in_unicode(domain)),
            None => self.0.to_string(),
        }
    }
}

#[cfg(all(feature = "server", feature = "idn"))]
fn domain_in_unicode(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

#[cfg(all(feature = "server", not(feature = "idn")))]
fn domain_in_unicode(domain: &str) -> &str {
    domain
}

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid email address, such as ada@example.com")]
pub struct InvalidEmail;

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        if text.len() > MAX_INPUT_BYTES || text.contains(['"', ' ']) {
            return Err(InvalidEmail);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let email = canonical(local, domain).ok_or(InvalidEmail)?;
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        if email.len() > MAX_BYTES || EmailAddress::parse_with_options(&email, options).is_err() {
            return Err(InvalidEmail);
        }
        Ok(Self(email.into()))
    }
}

/// The canonical form of an address.
#[cfg(feature = "idn")]
fn canonical(local: &str, domain: &str) -> Option<String> {
    use icu_normalizer::ComposingNormalizerBorrowed;
    use idna::AsciiDenyList;
    use idna::uts46::{DnsLength, Hyphens, Uts46};

    if local.chars().chain(domain.chars()).any(is_invisible) {
        return None;
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    // Each character alone: the lower case of a whole text depends on the position of a sigma, and `ΟΔΟΣ` would be
    // another address than `οδοσ`.
    let lower = |c: char| c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c });
    let lower: String = nfc.normalize(local).chars().flat_map(lower).collect();
    let local = nfc.normalize(&lower);
    let domain =
        Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    Some(format!("{local}@{}", domain.ok()?))
}

/// Characters by which two addresses look the same, or one looks like another: controls, spaces, formats such as
/// bidirectional controls, fillers and unassigned ones.
#[cfg(feature = "idn")]
fn is_invisible(c: char) -> bool {
    use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
    use icu_properties::{CodePointMapData, CodePointSetData};

    let hidden = GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator);
    !c.is_ascii_graphic()
        && (hidden.contains(CodePointMapData::<GeneralCategory>::new().get(c))
            || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c))
}

/// The canonical form of an address in ASCII. What an A-label means is not known here, so it could be another spelling of a
/// name, and is refused.
#[cfg(not(feature = "idn"))]
fn canonical(local: &str, domain: &str) -> Option<String> {
    // RFC 1123 section 2.1, RFC 1035 section 2.3.4.
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !(label.starts_with('-') || label.ends_with('-'))
            && !label.to_ascii_lowercase().starts_with("xn--")
    };
    let is_ascii = local.bytes().all(|byte| byte.is_ascii_graphic());
    let is_valid = is_ascii && domain.len() <= 253 && domain.split('.').all(is_label);
    is_valid.then(|| format!("{local}@{domain}").to_ascii_lowercase())
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

    #[test]
    fn an_address_in_ascii_is_the_same_with_and_without_international_ones() {
        for (text, canonical) in [
            ("ada@example.com", "ada@example.com"),
            (" Ada+Tag@Mail.EXAMPLE.com\n", "ada+tag@mail.example.com"),
            ("o'brien.x-y@a-b.co", "o'brien.x-y@a-b.co"),
            ("a@1.com", "a@1.com"),
        ] {
            assert_eq!(text.parse::<Email>().map(String::from).as_deref(), Ok(canonical), "{text:?}");
        }
        let long = format!("ada@{}.com", "a".repeat(64));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@example.com.",
            "ada@.example.com",
            "ada@exa..mple.com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@exam_ple.com",
            "ada@exa mple.com",
            "a da@example.com",
            "a\u{0}da@example.com",
            "\"ada\"@example.com",
            "ada@[127.0.0.1]",
            "ada@bob@example.com",
            "<ada@example.com>",
            ".ada@example.com",
            "ada.@example.com",
            "a..da@example.com",
            "ada@example.com\u{7f}",
            &long,
        ] {
            assert_eq!(text.parse::<Email>(), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn an_international_address_needs_the_feature() {
        for (text, canonical) in [
            ("ada@B\u{fc}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@XN--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("\u{c4}da@example.com", "\u{e4}da@example.com"),
        ] {
            let parsed = text.parse::<Email>().map(String::from);
            let expected = if cfg!(feature = "idn") { Ok(canonical.to_owned()) } else { Err(InvalidEmail) };
            assert_eq!(parsed, expected, "{text}");
        }
        // One address, whichever sigma its keyboard writes.
        if cfg!(feature = "idn") {
            for text in ["ΟΔΟΣ@example.com", "οδος@example.com", "οδοσ@example.com", "Οδός@example.com"]
            {
                let expected = if text.contains('ό') { "οδόσ@example.com" } else { "οδοσ@example.com" };
                assert_eq!(text.parse::<Email>().map(String::from).as_deref(), Ok(expected), "{text}");
            }
        }
        // A right-to-left override, and an A-label of ASCII.
        for text in ["a\u{202e}da@example.com", "ada@xn--example-.com"] {
            assert_eq!(text.parse::<Email>(), Err(InvalidEmail), "{text}");
        }
    }
}
