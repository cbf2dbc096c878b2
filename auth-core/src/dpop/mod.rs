//! Tokens bound to a key (RFC 9449, DPoP): stolen without the key, they are worth nothing.
//!
//! Settings → proofs → holder: [`Dpop`] says what the service wants, `proof` reads a proof by itself, `replay` knows
//! those that were used, and `holder` holds a request's proof against its token.

mod address;
mod error;
mod holder;
mod proof;
mod proofs;
mod replay;
mod request;
mod settings;

pub use error::ProofError;
pub(crate) use holder::{ProvenKey, Schemes};
pub(crate) use proof::{ALGORITHMS, Proof};
pub(crate) use proofs::Proofs;
pub(crate) use request::TokenProof;
pub use settings::Dpop;
