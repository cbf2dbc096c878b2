//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// An e-mail address in lower case, at most 254 bytes (RFC 5321), with a domain of at least two labels.
///
/// ```
/// use auth_core::{Email, InvalidEmail};
///
/// # fn main() -> Result<(), InvalidEmail> {
/// let email: Email = " Ada@Example.com".parse()?;
/// assert_eq!(email.as_str(), "ada@example.com");
/// assert!("ada@localhost".parse::<Email>().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(Box<str>);

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid email address, such as ada@example.com")]
pub struct InvalidEmail;

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let lower = text.trim().to_lowercase();
        if lower.len() > 254 || lower.contains(['"', ' ']) || EmailAddress::parse_with_options(&lower, options).is_err()
        {
            return Err(InvalidEmail);
        }
        Ok(Self(lower.into()))
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0.into()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
