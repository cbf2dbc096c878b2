//! Test support: an in-memory `Auth`, a manual clock, the access matrix, the policy lock, and the conformance suite for
//! stores.

mod access_matrix;
mod admit;
mod clock;
pub mod conformance;
mod in_memory;
mod jws;
mod policy_lock;
mod sign_in;

pub use access_matrix::{AccessMatrix, Target, TestCaller};
pub use admit::admit;
pub use clock::TestClock;
#[doc(hidden)]
pub use in_memory::example;
pub use in_memory::in_memory;
pub use jws::{VectorRefused, open_jws};
pub use policy_lock::policy_lock;
pub use sign_in::sign_in;
