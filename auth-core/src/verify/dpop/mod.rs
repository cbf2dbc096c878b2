//! Tokens bound to a key (RFC 9449, DPoP): stolen without the key, they are worth nothing.
//!
//! Settings → proofs → holder: [`Dpop`] says what the service wants, `replay` knows the proofs that were used, and
//! `holder` checks a request's proof against its token.

mod holder;
mod proofs;
mod replay;
mod settings;

pub(crate) use holder::{ProvenKey, Schemes};
pub(crate) use proofs::Proofs;
pub use settings::Dpop;
