use auth_core::prelude::*;

#[require(crate::Staff(1))]
async fn handler() {}

fn main() {}
