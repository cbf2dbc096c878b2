use auth_core::prelude::*;

// wrong:

#[require_scope(7)]
async fn handler() {}

// right:
//
// #[require_scope("7")]
// async fn handler() {}

fn main() {}
