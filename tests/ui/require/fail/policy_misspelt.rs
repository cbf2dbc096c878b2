use auth_core::prelude::*;

guard!(pub StaffOnDuty = mfa);

// wrong:

#[require(StafOnDuty)]
async fn handler() {}

// right:
//
// #[require(StaffOnDuty)]
// async fn handler() {}

fn main() {}
