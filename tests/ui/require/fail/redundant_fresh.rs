use auth_core::prelude::*;

// wrong:

#[require(all(fresh("5m"), fresh("10m")))]
async fn handler() {}

// right:
//
// #[require(fresh("5m"))]
// async fn handler() {}

fn main() {}
