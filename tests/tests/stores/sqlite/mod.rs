//! What only a store in a file can do wrong.

pub mod file;

mod faults;
mod opening;
mod residue;
