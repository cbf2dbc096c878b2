//! A password hash at rest.

/// A password hash in PHC string format (`$argon2id$v=19$m=…`), as a store keeps it. Its `Debug` hides the hash.
///
/// Argon2 with any parameters up to 256 MiB and 1 GiB in all passes verifies. With the feature `foreign-hashes`, on by
/// default, these verify as well:
///
/// | algorithm | formats | limits |
/// | --- | --- | --- |
/// | bcrypt | `$2a$`, `$2b$`, `$2y$`; passlib's `$bcrypt-sha256$`; Django's `bcrypt$` and `bcrypt_sha256$` | cost 16 |
/// | scrypt | PHC and passlib (`$scrypt$ln=16,r=8,p=1$..`), `$7$` of passlib and libsodium, Django, Werkzeug (`scrypt:32768:8:1$..`) | 256 MiB, 1 GiB in all lanes |
/// | PBKDF2 with SHA-1, SHA-256 or SHA-512 | PHC, passlib (`$pbkdf2-sha256$29000$..`), Django (`pbkdf2_sha256$..`), Werkzeug (`pbkdf2:sha256:..`) | 5,000,000 iterations |
///
/// A weaker hash than this service makes is replaced at the next login; each of the table is. A
/// [`ForeignHash`](super::ForeignHash) adds a format. Any other text is unreadable: no password is right for it, and each
/// login records an event.
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
    /// Wraps a hash read from a store. Its format is checked at verification.
    pub fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The hash as text, for a store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

redacted_debug!(PasswordHash);
