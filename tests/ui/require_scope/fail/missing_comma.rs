use auth_core::prelude::*;

// wrong:

#[require_scope("a" "b")]
async fn handler() {}

// right:
//
// #[require_scope("a", "b")]
// async fn handler() {}

fn main() {}
