//! Test support: minted identities, an in-memory `Auth`, a manual clock, the access matrix, the policy lock,
//! policy laws, and the conformance suite for stores.
//!
//! The feature `test-util` belongs into `[dev-dependencies]`. A build without debug assertions that has it does not compile.

mod access_matrix;
mod admit;
mod clock;
pub mod conformance;
mod credential;
mod identity;
mod in_memory;
mod jws;
mod laws;
mod policy_lock;
mod release;
mod send;
mod sign_in;
mod test_auth;
mod witness;

pub use crate::policy::{all, amr, any, api_key, auth, claim, fresh, not, permission, role, scope};
pub use access_matrix::{AccessMatrix, Replay, Target, TestCaller};
pub use admit::admit;
pub use clock::TestClock;
pub use credential::TestCredential;
pub use identity::TestIdentity;
#[doc(hidden)]
pub use in_memory::example;
pub use in_memory::in_memory;
pub use jws::{VectorRefused, open_jws};
pub use laws::{Laws, Paths, laws};
pub use policy_lock::{no_wider_than, policy_lock};
pub use send::send;
#[cfg(feature = "serve")]
pub use send::serve;
pub use sign_in::sign_in;
pub use test_auth::TestAuth;
