use auth_core::prelude::*;

guard!(StaffPolicy = mfa);

// wrong:

#[require_auth]
#[authorize(StaffPolicy)]
async fn handler() {}

// right:
//
// #[require_auth]
// #[require(StaffPolicy)]
// async fn handler() {}

fn main() {}
