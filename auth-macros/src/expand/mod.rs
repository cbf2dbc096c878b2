//! What the attributes become.

mod attribute;
mod authorize;
mod handler;
mod ours;
mod policy;
mod requirement;
mod role;
mod scope;

pub(crate) use attribute::attribute;
pub(crate) use policy::guard;
pub(crate) use role::derive;
