//! A framework that has auth-core inside and re-exports it.

pub use guards;

/// What its users import.
pub mod prelude {
    pub use guards::prelude::*;
}
