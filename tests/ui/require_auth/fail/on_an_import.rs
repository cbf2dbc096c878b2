use auth_core::prelude::*;

#[require_auth]
pub use std::fmt::Debug;

fn main() {}
