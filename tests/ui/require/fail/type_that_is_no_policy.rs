use auth_core::prelude::*;

struct StaffOnDuty;

#[require(StaffOnDuty)]
async fn handler() {}

fn main() {}
