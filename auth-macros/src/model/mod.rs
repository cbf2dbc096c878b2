//! What the user wrote: attributes of ours, and what they stand on.

mod attr;
mod handler;
mod items;
mod requirements;
mod signature;

pub(crate) use attr::Attr;
pub(crate) use handler::Handler;
pub(crate) use items::{Impl, Item, Module};
pub(crate) use requirements::{Container, Requirements};
pub(crate) use signature::Angles;
