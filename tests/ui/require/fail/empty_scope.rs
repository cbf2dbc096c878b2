use auth_core::prelude::*;

// wrong:

#[require(scope())]
async fn handler() {}

// right:
//
// #[require(scope("reports:read"))]
// async fn handler() {}

fn main() {}
