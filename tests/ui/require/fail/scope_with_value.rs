use auth_core::prelude::*;

// wrong:

#[require(scope = "a")]
async fn handler() {}

// right:
//
// #[require(scope("a"))]
// async fn handler() {}

fn main() {}
