//! `#[derive(Role)]` and `#[derive(Permission)]`: parse the enum into a checked model of its names; of roles with their
//! closure.

mod case;
mod inclusion;
mod model;
mod parse;

pub(crate) use model::{EnumKind, Role, RoleEnum};
pub(crate) use parse::parse;
