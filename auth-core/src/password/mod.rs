//! Passwords: rules for new ones, hashing and verification.

#[cfg(feature = "server")]
mod breach;
#[cfg(feature = "server")]
mod foreign;
#[cfg(feature = "server")]
mod format;
mod hash;
#[cfg(feature = "server")]
mod hasher;
#[cfg(feature = "pwned-passwords")]
mod pwned;
#[cfg(feature = "server")]
mod rules;
#[cfg(feature = "server")]
mod threads;

#[cfg(feature = "server")]
pub(crate) use breach::PATIENCE as BREACH_PATIENCE;
#[cfg(feature = "server")]
pub use breach::{BreachCheck, BreachCheckError};
#[cfg(feature = "server")]
pub use foreign::ForeignHash;
pub use hash::PasswordHash;
#[cfg(feature = "server")]
pub use hasher::PasswordError;
#[cfg(feature = "server")]
pub(crate) use hasher::{Hasher, Turn, Verified};
#[cfg(feature = "pwned-passwords")]
#[cfg_attr(docsrs, doc(cfg(feature = "pwned-passwords")))]
pub use pwned::PwnedPasswords;
#[cfg(feature = "server")]
pub use rules::{Password, PasswordRules, WeakPassword};
