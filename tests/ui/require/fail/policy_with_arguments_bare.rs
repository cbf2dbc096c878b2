use auth_core::prelude::*;

#[require(Staff(1))]
async fn handler() {}

fn main() {}
