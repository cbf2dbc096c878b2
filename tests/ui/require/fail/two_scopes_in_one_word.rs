use auth_core::prelude::*;

// wrong:

#[require(scope("a", "b"))]
async fn handler() {}

// right:
//
// #[require(all(scope("a"), scope("b")))]
// async fn handler() {}

fn main() {}
