use auth_core::prelude::*;

// wrong:

#[require(fresh(600))]
async fn handler() {}

// right:
//
// #[require(fresh("600s"))]
// async fn handler() {}

fn main() {}
