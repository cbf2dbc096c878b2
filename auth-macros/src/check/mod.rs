//! The errors that the tokens show. The compiler checks what a requirement means
//! (`auth_core::__private::assert_sound`).

mod called;
mod condition;
mod container;
mod demand;
mod handler;
mod uncovered;

pub(crate) use called::called;
pub(crate) use condition::conditions;
pub(crate) use container::{container, implementation, module};
pub(crate) use demand::{demands, policy};
pub(crate) use handler::{free, handler, is_callable_once_async};
pub(crate) use uncovered::in_items as uncovered;
