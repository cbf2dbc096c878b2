//! Handlers in a hostile crate: auth-core is renamed in the manifest, common names have another meaning, every lint is
//! denied. Most of the test is that it compiles.

#![deny(warnings, missing_docs, unused, unreachable_pub, missing_debug_implementations)]
#![forbid(unsafe_code)]

pub mod attributes;
pub mod corners;
pub mod forbidding;
pub mod generics;
pub mod plain;
pub mod scopes;
pub mod shadowed;
pub mod shapes;
