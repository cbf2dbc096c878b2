//! Proofs of possession (RFC 9449, DPoP): one proof read by itself.

mod address;
mod error;
mod proof;

pub(crate) use address::Address;
pub use error::ProofError;
pub(crate) use proof::{ALGORITHMS, Proof, Purpose, Times, presented};
