use auth_core::prelude::*;

#[require(all(fresh("5m"), fresh("10m")))]
async fn handler() {}

fn main() {}
