//! Faults of a store in a file.

pub(crate) mod file;

mod deleted_secrets;
mod faults;
mod killed;
mod opening;
mod plaintext;
mod process;
