use auth_core::prelude::*;

// wrong:

#[require(mfa("otp"))]
async fn handler() {}

// right:
//
// #[require(amr("otp"))]
// async fn handler() {}

fn main() {}
