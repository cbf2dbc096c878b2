use auth_core::prelude::*;

#[require(weekday)]
async fn handler() {}

fn main() {}
