//! Help for tests: who may call what, a clock that is set by hand, and the suite that every store must pass.

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
pub use in_memory::in_memory;
pub use jws::{VectorRefused, open_jws};
pub use policy_lock::policy_lock;
pub use sign_in::sign_in;
