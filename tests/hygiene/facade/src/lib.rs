//! A framework that contains auth-core and re-exports it.

pub use guards;

/// What its users import.
pub mod prelude {
    pub use guards::prelude::*;
}
