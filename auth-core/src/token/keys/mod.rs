//! Keys, each bound to one algorithm: a token's header never selects how the token is verified (RFC 8725 section 3.1).

mod algorithm;
mod error;
mod former;
pub(crate) mod jwk;
mod pem;
mod pkcs;
mod private;
mod provider;
mod public;
mod published;
mod ring;
mod set;
mod signing;
mod verifying;
mod weak;

pub use algorithm::{Algorithm, Any, EdDsa, Es256, Hs256, KeyKind, Ps256, Rs256};
pub use error::KeyError;
pub(crate) use former::FormerKey;
pub use former::LegacyAlgorithm;
#[cfg(feature = "test-util")]
pub(crate) use ring::Ring;
pub use set::{KeyInfo, KeySet, KeyState};
pub use signing::{RsaBits, SigningKey};
pub(crate) use verifying::Verifying;
pub use verifying::VerifyingKey;
pub use weak::WeakSecret;
pub(crate) use weak::{check_strength, is_hash_of_guess};
