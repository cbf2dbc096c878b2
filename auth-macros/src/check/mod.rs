//! Everything that is wrong in what the tokens say. What a requirement means, the compiler checks
//! (`auth_core::__private::assert_sound`).

mod demand;
mod handler;
mod scope;

pub(crate) use demand::{demands, policy};
pub(crate) use handler::{free, handler, is_callable_once_async};
pub(crate) use scope::{implementation, module, scope};
