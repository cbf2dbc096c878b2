//! Hash formats of the application.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::PasswordHash;

/// A format of stored password hashes that auth-core does not know, for
/// [`AuthBuilder::foreign_hash`](crate::AuthBuilder::foreign_hash). Each hash is replaced by Argon2id at its user's next
/// login.
///
/// Both methods run on a hashing thread. A panic is logged, and the hash counts as unreadable. A text of over 1024 bytes
/// and one that a built-in format takes never get here.
///
/// ```
/// use auth_core::password::ForeignHash;
///
/// /// `sha1$salt$hash` of an application of 2009.
/// struct SaltedSha1;
/// # fn is_sha1(salt: &str, password: &str, hash: &str) -> bool { salt.len() + password.len() == hash.len() }
///
/// impl ForeignHash for SaltedSha1 {
///     fn format(&self, stored: &str) -> Option<String> {
///         let mut fields = stored.split('$');
///         (fields.next() == Some("sha1") && fields.count() == 2).then(|| "sha1".to_owned())
///     }
///
///     fn verify(&self, password: &str, stored: &str) -> Option<bool> {
///         let (salt, hash) = stored.strip_prefix("sha1$")?.split_once('$')?;
///         Some(is_sha1(salt, password, hash)) // compares in constant time
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = auth_core::testing::in_memory().foreign_hash(SaltedSha1).build()?;
/// # Ok(())
/// # }
/// ```
pub trait ForeignHash: Send + Sync + 'static {
    /// The algorithm with its parameters, such as `phpass$13`, if the text is a hash of this format: hashes with equal
    /// answers take the same work. `None` for another text, and for parameters that take more memory or time than a
    /// login may.
    ///
    /// A failed login does the work of each answer once, so the salt must not be part of it.
    fn format(&self, stored: &str) -> Option<String>;

    /// Whether `password` has the hash, compared in constant time; `None` if the hash cannot be verified after all. The
    /// password is in Unicode's normal form C, and the second time, if that differs, as it was sent.
    fn verify(&self, password: &str, stored: &str) -> Option<bool>;
}

/// The format of a hash that the application recognised.
#[derive(Clone)]
pub(super) struct Recognised {
    /// The index of the application's format.
    by: usize,
    name: Box<str>,
    /// A hash of it, to spend the work of a verification on.
    sample: PasswordHash,
}

impl Recognised {
    pub(super) fn of(stored: &PasswordHash, foreign: &[Box<dyn ForeignHash>]) -> Option<Self> {
        let name = |hash: &dyn ForeignHash| guarded(|| hash.format(stored.as_str()));
        let (by, name) = foreign.iter().enumerate().find_map(|(by, hash)| Some((by, name(&**hash)?)))?;
        Some(Self { by, name: name.into(), sample: stored.clone() })
    }

    pub(super) fn verify(
        &self,
        password: &str,
        stored: &PasswordHash,
        foreign: &[Box<dyn ForeignHash>],
    ) -> Option<bool> {
        let hash = foreign.get(self.by)?;
        guarded(|| hash.verify(password, stored.as_str()))
    }

    pub(super) const fn sample(&self) -> &PasswordHash {
        &self.sample
    }
}

impl PartialEq for Recognised {
    fn eq(&self, other: &Self) -> bool {
        (self.by, &self.name) == (other.by, &other.name)
    }
}

impl Eq for Recognised {}

impl fmt::Debug for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Foreign").field(&self.by).field(&self.name).finish()
    }
}

/// A panic would otherwise be a 503, which tells that the user exists.
fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!(target: "auth", "a `ForeignHash` panicked; the stored hash counts as unreadable");
        None
    })
}
