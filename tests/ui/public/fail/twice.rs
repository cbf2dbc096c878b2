use auth_core::prelude::*;

// wrong:

#[public]
#[public]
async fn handler() {}

// right:
//
// #[public]
// async fn handler() {}

fn main() {}
