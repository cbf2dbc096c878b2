//! Everything that may not be.

mod demand;
mod handler;
mod logic;
mod meaning;

pub(crate) use demand::{demands, policy};
pub(crate) use handler::handler;
