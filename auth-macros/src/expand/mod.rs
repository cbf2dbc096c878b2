//! What the attributes become.

mod authorize;
mod handler;
mod policy;
mod requirement;
mod role;

pub(crate) use handler::attribute;
pub(crate) use policy::guard;
pub(crate) use role::derive;
