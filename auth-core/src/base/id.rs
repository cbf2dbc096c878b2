//! Names of subjects and sessions.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// A new random identifier (UUID version 7, so that rows sort by age).
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::now_v7().to_string().into())
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;

            fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
                if text.is_empty() || text.len() > 255 || has_control_characters(&text) {
                    return Err(InvalidIdentifier { what: $what });
                }
                Ok(Self(text.into()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// The stable name of a subject (a user), the `sub` of its tokens: 1 to 255 bytes without control characters.
    ///
    /// ```
    /// use auth_core::SubjectId;
    ///
    /// # fn main() -> Result<(), auth_core::InvalidIdentifier> {
    /// let id: SubjectId = "42".parse()?; // a key of the application's own table
    /// assert_eq!(id.as_str(), "42");
    /// assert!("".parse::<SubjectId>().is_err());
    /// assert_ne!(SubjectId::random(), SubjectId::random());
    /// # Ok(())
    /// # }
    /// ```
    SubjectId, "subject id"
}

identifier! {
    /// The name of a session, the `sid` of its access tokens; its refresh tokens form one family.
    SessionId, "session id"
}

identifier! {
    /// The name of an OAuth client (RFC 6749 section 2.2), the `client_id` of its requests and of its tokens.
    ClientId, "client id"
}

/// Identifiers are read from every token, and nearly all are ASCII, where a byte tells.
fn has_control_characters(text: &str) -> bool {
    if text.is_ascii() { text.bytes().any(|byte| byte.is_ascii_control()) } else { text.chars().any(char::is_control) }
}

/// A text that cannot be an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {what} has 1 to 255 bytes and no control characters")]
pub struct InvalidIdentifier {
    what: &'static str,
}

identifier! {
    /// The public id of an API key, part of the key's text and of every mention of it.
    ApiKeyId, "API key id"
}
