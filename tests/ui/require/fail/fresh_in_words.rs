use auth_core::prelude::*;

// wrong:

#[require(fresh("10 minutes"))]
async fn handler() {}

// right:
//
// #[require(fresh("10m"))]
// async fn handler() {}

fn main() {}
