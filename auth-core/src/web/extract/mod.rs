//! What handlers take of a verified request.

mod current_user;
mod identity;
mod token_proof;

pub use current_user::{CurrentUser, FromSubject};
pub(crate) use token_proof::TokenProof;
