use auth_core::prelude::*;

#[require(StaffOnDuty)]
async fn handler() {}

fn main() {}
