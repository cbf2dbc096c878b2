use auth_core::prelude::*;

// wrong:

#[require_scope("a", "a")]
async fn handler() {}

// right:
//
// #[require_scope("a")]
// async fn handler() {}

fn main() {}
