//! The grammar of requirements: one tree, and the attributes that are sugar for it.

mod attribute;
mod list;
mod literal;
mod requirement;
mod roles;
mod tree;
mod word;
mod words;

pub(crate) use attribute::{Demand, read};
pub(crate) use literal::is_nqchar;
pub(crate) use requirement::{Kind, Leaf, RequirementExpr, shown};
pub(crate) use tree::term;
pub(crate) use word::Word;
