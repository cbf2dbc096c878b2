//! Everything that may not be.

mod demand;
mod handler;
mod logic;
mod meaning;
mod scope;

pub(crate) use demand::{demands, policy};
pub(crate) use handler::{free, handler, is_callable_once_async};
pub(crate) use scope::{implementation, module, scope};
