//! What the user wrote: attributes of ours, and what they stand on.

mod attr;
mod demands;
mod handler;
mod scope;
mod signature;

pub(crate) use attr::Attr;
pub(crate) use demands::{Demands, Scope};
pub(crate) use handler::Handler;
pub(crate) use scope::{Impl, Item, Module};
pub(crate) use signature::Angles;
