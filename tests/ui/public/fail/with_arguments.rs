use auth_core::prelude::*;

// wrong:

#[public(true)]
async fn handler() {}

// right:
//
// #[public]
// async fn handler() {}

fn main() {}
