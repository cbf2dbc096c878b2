use auth_core::prelude::*;

// wrong:

#[require(crate::Staff(1))]
async fn handler() {}

// right:
//
// guard!(pub Staff = mfa);
//
// #[require(crate::Staff)]
// async fn handler() {}

fn main() {}
