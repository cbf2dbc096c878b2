//! Help for tests: a clock that is set by hand, and the suite that every store must pass.

mod clock;
pub mod conformance;

pub use clock::TestClock;
