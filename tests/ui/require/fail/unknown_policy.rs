use auth_core::prelude::*;

// wrong:

#[require(StaffOnDuty)]
async fn handler() {}

// right:
//
// guard!(pub StaffOnDuty = mfa);
//
// #[require(StaffOnDuty)]
// async fn handler() {}

fn main() {}
