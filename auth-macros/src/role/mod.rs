//! `#[derive(Role)]`: from the enum to a model of its roles, checked and closed over.

mod case;
mod inclusion;
mod model;
mod parse;

pub(crate) use model::{Role, RoleEnum};
pub(crate) use parse::parse;
