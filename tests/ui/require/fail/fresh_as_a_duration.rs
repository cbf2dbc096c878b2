use auth_core::prelude::*;

// wrong:

#[require(fresh(std::time::Duration::from_secs(600)))]
async fn handler() {}

// right:
//
// #[require(fresh("10m"))]
// async fn handler() {}

fn main() {}
