use auth_core::prelude::*;

// wrong:

#[require(Staff(1))]
async fn handler() {}

// right:
//
// guard!(pub Staff = mfa);
//
// #[require(Staff)]
// async fn handler() {}

fn main() {}
