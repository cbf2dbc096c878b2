use auth_core::prelude::*;

// wrong:

#[require(fresh("0m"))]
async fn handler() {}

// right:
//
// #[require(fresh("1m"))]
// async fn handler() {}

fn main() {}
