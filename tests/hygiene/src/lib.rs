//! Handlers in the least friendly crate there is: ours renamed in its manifest, the usual names taken by others, every
//! lint denied. That it compiles is most of the test.

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
