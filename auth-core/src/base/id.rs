//! Identifiers of subjects, sessions, clients and API keys.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Generates a random identifier: a UUID version 7, which sorts by creation time.
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

        checked_text!($name, InvalidIdentifier);
    };
}

identifier! {
    /// The stable identifier of a subject (a user), the `sub` of its tokens: 1 to 255 bytes without control characters.
    ///
    /// ```
    /// use auth_core::SubjectId;
    ///
    /// let id: SubjectId = "42".parse()?; // the primary key of the application's table
    /// assert_eq!(id.as_str(), "42");
    /// # Ok::<(), auth_core::InvalidIdentifier>(())
    /// ```
    SubjectId, "subject id"
}

impl SubjectId {
    /// The text in a row of the audit trail, in which another party may have written anything.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn as_written(text: String) -> Self {
        Self(text.into())
    }
}

identifier! {
    /// The identifier of a session, the `sid` of its access tokens; its refresh tokens form one family.
    SessionId, "session id"
}

identifier! {
    /// The identifier of an OAuth client (RFC 6749 section 2.2), the `client_id` of its requests and of its tokens.
    ClientId, "client id"
}

identifier! {
    /// The identifier of a second factor.
    FactorId, "second factor id"
}

/// Takes the fast path for ASCII: every token has identifiers, and nearly all are ASCII.
fn has_control_characters(text: &str) -> bool {
    if text.is_ascii() { text.bytes().any(|byte| byte.is_ascii_control()) } else { text.chars().any(char::is_control) }
}

/// The text is not a valid identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what}: expected 1 to 255 bytes without control characters")]
pub struct InvalidIdentifier {
    what: &'static str,
}

identifier! {
    /// The public identifier of an API key: part of the key's text, and the key's name in events and logs.
    ApiKeyId, "API key id"
}
