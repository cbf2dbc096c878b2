use auth_core::prelude::*;

// wrong:

#[require(scope(reports))]
async fn handler() {}

// right:
//
// #[require(scope("reports"))]
// async fn handler() {}

fn main() {}
