//! E-mail addresses.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// An e-mail address in lower case, at most 254 bytes (RFC 5321), with a domain of at least two labels.
///
/// ```
/// use auth_core::Email;
///
/// let email: Email = " Ada@Example.com".parse()?;
/// assert_eq!(email.as_str(), "ada@example.com");
/// # Ok::<(), auth_core::InvalidEmail>(())
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
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let lower = text.trim().to_lowercase();
        if lower.len() > 254 || lower.contains(['"', ' ']) || EmailAddress::parse_with_options(&lower, options).is_err()
        {
            return Err(InvalidEmail);
        }
        Ok(Self(lower.into()))
    }
}

checked_text!(Email, InvalidEmail);
