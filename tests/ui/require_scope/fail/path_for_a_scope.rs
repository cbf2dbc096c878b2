use auth_core::prelude::*;

// wrong:

#[require_scope(reports)]
async fn handler() {}

// right:
//
// #[require_scope("reports")]
// async fn handler() {}

fn main() {}
