use auth_core::prelude::*;

// wrong:

#[require_scope(any("a", "b"))]
async fn handler() {}

// right:
//
// #[require(any(scope("a"), scope("b")))]
// async fn handler() {}

fn main() {}
