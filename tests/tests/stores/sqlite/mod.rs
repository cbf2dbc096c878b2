//! What only a store in a file can do wrong.

pub(crate) mod file;

mod faults;
mod killed;
mod opening;
mod plaintext;
mod process;
mod residue;
