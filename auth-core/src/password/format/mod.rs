//! The formats of stored hashes that can be verified.

mod argon2;
#[cfg(feature = "foreign-hashes")]
mod bcrypt;
#[cfg(feature = "foreign-hashes")]
mod encoding;
mod memory;
#[cfg(feature = "foreign-hashes")]
mod pbkdf2;
#[cfg(feature = "foreign-hashes")]
mod scrypt;
#[cfg(test)]
pub(super) mod tests;

pub(super) use argon2::Argon2;

use super::PasswordHash;
use super::foreign::{ForeignHash, Recognised};

/// Limits of stored parameters. Beyond them one login would take the memory or the cores of the service.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_WORK_KIB: u64 = 1024 * 1024;

/// Longer texts are no hashes.
const MAX_TEXT_BYTES: usize = 1024;

/// An algorithm with its parameters: all that decides on the work of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Argon2(Argon2),
    #[cfg(feature = "foreign-hashes")]
    Bcrypt(bcrypt::Bcrypt),
    #[cfg(feature = "foreign-hashes")]
    Scrypt(scrypt::Scrypt),
    #[cfg(feature = "foreign-hashes")]
    Pbkdf2(pbkdf2::Pbkdf2),
    /// Of the application.
    Foreign(Recognised),
}

impl Format {
    /// The format of new hashes.
    pub(super) const CURRENT: Self = Self::Argon2(Argon2::CURRENT);

    /// The format of a stored hash; `None` if it cannot be verified, or not within the limits.
    pub(super) fn of(stored: &PasswordHash, foreign: &[Box<dyn ForeignHash>]) -> Option<Self> {
        if stored.as_str().len() > MAX_TEXT_BYTES {
            return None;
        }
        Self::built_in(stored.as_str()).or_else(|| Recognised::of(stored, foreign).map(Self::Foreign))
    }

    #[cfg(feature = "foreign-hashes")]
    fn built_in(stored: &str) -> Option<Self> {
        let of_others = || {
            let bcrypt = bcrypt::Bcrypt::of(stored).map(Self::Bcrypt);
            bcrypt
                .or_else(|| scrypt::Scrypt::of(stored).map(Self::Scrypt))
                .or_else(|| pbkdf2::Pbkdf2::of(stored).map(Self::Pbkdf2))
        };
        Argon2::of(stored).map(Self::Argon2).or_else(of_others)
    }

    #[cfg(not(feature = "foreign-hashes"))]
    fn built_in(stored: &str) -> Option<Self> {
        Argon2::of(stored).map(Self::Argon2)
    }

    /// Whether `password` has this hash, which is of this format; `None` if the hash cannot be verified after all.
    ///
    /// Not inlined: where the stack lies makes Argon2 2 % faster or slower, so a stored hash and a [sample](Self::sample) must get there by
    /// the same calls.
    #[inline(never)]
    pub(super) fn verify(
        &self,
        password: &str,
        stored: &PasswordHash,
        foreign: &[Box<dyn ForeignHash>],
    ) -> Option<bool> {
        let (bytes, text) = (password.as_bytes(), stored.as_str());
        let verified = match self {
            Self::Argon2(_) => Argon2::verify(bytes, text),
            #[cfg(feature = "foreign-hashes")]
            Self::Bcrypt(_) => bcrypt::Bcrypt::verify(bytes, text),
            #[cfg(feature = "foreign-hashes")]
            Self::Scrypt(_) => scrypt::Scrypt::verify(bytes, text),
            #[cfg(feature = "foreign-hashes")]
            Self::Pbkdf2(_) => pbkdf2::Pbkdf2::verify(bytes, text),
            Self::Foreign(format) => format.verify(password, stored, foreign),
        };
        if verified.is_some() {
            self.count();
        }
        verified
    }

    /// A hash of this format whose verification is the work of any stored one. No password has it, but one of the
    /// application's format is a stored hash.
    pub(super) fn sample(&self) -> PasswordHash {
        match self {
            Self::Argon2(work) => PasswordHash::from_stored(work.sample()),
            #[cfg(feature = "foreign-hashes")]
            Self::Bcrypt(work) => PasswordHash::from_stored(work.sample()),
            #[cfg(feature = "foreign-hashes")]
            Self::Scrypt(work) => PasswordHash::from_stored(work.sample()),
            #[cfg(feature = "foreign-hashes")]
            Self::Pbkdf2(work) => PasswordHash::from_stored(work.sample()),
            Self::Foreign(format) => format.sample().clone(),
        }
    }

    /// Whether a hash of this format is to be replaced at the next login. A stronger one stays.
    pub(super) fn is_weaker_than_current(&self) -> bool {
        match self {
            Self::Argon2(work) => work.is_weaker_than_current(),
            #[cfg(feature = "foreign-hashes")]
            Self::Bcrypt(_) | Self::Scrypt(_) | Self::Pbkdf2(_) => true,
            Self::Foreign(_) => true,
        }
    }

    /// Takes over the work of `other` where one algorithm's work is proportional to one parameter: PBKDF2, whose rounds
    /// Django raises with each release. `false` for another algorithm.
    pub(super) fn includes(&mut self, other: &Self) -> bool {
        match (&mut *self, other) {
            #[cfg(feature = "foreign-hashes")]
            (Self::Pbkdf2(known), Self::Pbkdf2(other)) if known.has_digest_of(*other) => {
                known.rounds = known.rounds.max(other.rounds);
                true
            }
            (known, other) => known == other,
        }
    }

    /// What is left of this work after that of `done`.
    pub(super) fn without(self, done: &Self) -> Option<Self> {
        match (self, done) {
            #[cfg(feature = "foreign-hashes")]
            (Self::Pbkdf2(known), Self::Pbkdf2(done)) if known.has_digest_of(*done) => {
                known.without(*done).map(Self::Pbkdf2)
            }
            (known, done) => (known != *done).then_some(known),
        }
    }

    /// Tests count the work.
    #[cfg(test)]
    fn count(&self) {
        tests::RUN.with_borrow_mut(|run| run.push(self.clone()));
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the variant for tests uses it")]
    const fn count(&self) {}
}
