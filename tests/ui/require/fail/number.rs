use auth_core::prelude::*;

// wrong:

#[require(7)]
async fn handler() {}

// right:
//
// #[require(fresh("7m"))]
// async fn handler() {}

fn main() {}
