//! `#[derive(Role)]`: parses the enum into a checked model of its roles with their closure.

mod case;
mod inclusion;
mod model;
mod parse;

pub(crate) use model::{Role, RoleEnum};
pub(crate) use parse::parse;
