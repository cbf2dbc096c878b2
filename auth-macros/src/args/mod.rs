//! The grammar of requirements: one tree, and the attributes that are sugar for it.

mod attr_kind;
mod attribute;
mod list;
mod literal;
mod roles;
mod term;
mod tree;

pub(crate) use attr_kind::AttrKind;
pub(crate) use attribute::{Demand, read};
pub(crate) use literal::is_nqchar;
pub(crate) use term::{Kind, Term, shown};
pub(crate) use tree::term;
