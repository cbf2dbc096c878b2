//! Tokens bound to a key (RFC 9449, DPoP): a stolen token is useless without the key.
//!
//! `settings` configures it, `proofs` reads a request's proof, `holder` checks it against the token, and `replay`
//! remembers used proofs.

mod holder;
mod proofs;
mod replay;
mod settings;

pub(crate) use holder::{ProvenKey, Schemes};
pub(crate) use proofs::Proofs;
pub use settings::Dpop;
