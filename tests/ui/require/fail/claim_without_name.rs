use auth_core::prelude::*;

// wrong:

#[require(claim("", "acme"))]
async fn report() {}

// right:
//
// #[require(claim("tenant", "acme"))]
// async fn report() {}

fn main() {}
