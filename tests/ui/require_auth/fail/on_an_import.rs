use auth_core::prelude::*;

// wrong:

#[require_auth]
pub use std::fmt::Debug;

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
