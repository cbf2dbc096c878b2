use auth_core::prelude::*;

guard!(pub StaffOnDuty = mfa);

type Staff = StaffOnDuty;

// wrong:

#[require(Staff)]
async fn handler() {}

// right:
//
// #[require(self::Staff)]
// async fn handler() {}

fn main() {}
