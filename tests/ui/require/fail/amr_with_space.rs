use auth_core::prelude::*;

// wrong:

#[require(amr("one time"))]
async fn handler() {}

// right:
//
// #[require(amr("otp"))]
// async fn handler() {}

fn main() {}
