//! Extractors.

mod context;
mod current_user;
mod identity;
#[cfg(feature = "server")]
mod token_proof;

pub use current_user::{CurrentUser, FromSubject};
