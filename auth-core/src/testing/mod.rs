//! Help for tests: a clock that is set by hand, and the suite that every store must pass.

mod clock;
pub mod conformance;
mod jws;

pub use clock::TestClock;
pub use jws::{VectorRefused, open_jws};
