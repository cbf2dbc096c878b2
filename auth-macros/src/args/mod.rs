//! The grammar of requirements: one tree, and the attributes that abbreviate it.

mod attr_kind;
mod attribute;
mod list;
mod literal;
mod permissions;
mod rate_limit;
mod requirement;
mod roles;
mod tree;
mod words;

pub(crate) use attr_kind::AttrKind;
pub(crate) use attribute::{Demand, read};
pub(crate) use literal::is_nqchar;
pub(crate) use rate_limit::{By, RateLimit};
pub(crate) use requirement::{Kind, Leaf, RequirementExpr, shown};
pub(crate) use tree::term;
