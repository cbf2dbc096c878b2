//! Passwords: hashing, verification, and what may be one.

mod hash;
mod hasher;
mod legacy;
mod rules;

pub use hash::PasswordHash;
pub use hasher::PasswordError;
pub(crate) use hasher::{Hasher, Verified};
pub use rules::{Password, WeakPassword};
