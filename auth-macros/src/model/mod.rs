//! The parsed input: our attributes and the items below them.

mod attr;
mod cfg;
mod handler;
mod items;
mod requirements;
mod signature;
mod tokens;

pub(crate) use attr::Attr;
pub(crate) use cfg::cfgs;
pub(crate) use handler::Handler;
pub(crate) use items::{Impl, Item, Module};
pub(crate) use requirements::{Container, Requirements};
pub(crate) use signature::{Angles, takes_self_by_value};
pub(crate) use tokens::{
    Constant, Head, begins_impl, can_begin_item, could_be_extracted, find_name, plain_router, says_future,
};
