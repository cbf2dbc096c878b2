//! DPoP proofs (RFC 9449), apart from replay detection.

mod address;
mod error;
mod proof;

pub(crate) use address::Address;
pub use error::ProofError;
pub(crate) use proof::{ALGORITHMS, Proof, Purpose, Times, presented};
