//! The output of each macro.

mod attribute;
mod authorize;
mod checks;
mod container;
mod escape;
mod handler;
mod policy;
mod requirement;
mod role;
mod span;
mod text;
mod uncovered;

pub(crate) use attribute::attribute;
pub(crate) use policy::guard;
pub(crate) use role::derive;
