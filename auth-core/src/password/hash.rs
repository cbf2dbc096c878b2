//! A hashed password at rest.

use std::fmt;

/// A hashed password in PHC string format (`$argon2id$v=19$m=…`), as a store keeps it; bcrypt (`$2a$`, `$2b$`, `$2y$`)
/// is verified, too, and replaced at the next login (feature `bcrypt`, on by default). Its `Debug` shows nothing.
///
/// ```
/// use auth_core::password::PasswordHash;
///
/// let hash = PasswordHash::from_stored("$2b$12$KIXQ0Z0lJm0eKq0Gf0o3UeT6sYg5U6m6m1q7mJv1rQ3xk9y7pQ3aK");
/// assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// Wraps a hash read from a store. Whether it can be verified shows when it is used.
    pub fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The hash as a store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
