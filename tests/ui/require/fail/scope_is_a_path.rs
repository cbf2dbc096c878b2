use auth_core::prelude::*;

#[require(scope(reports))]
async fn handler() {}

fn main() {}
