use auth_core::prelude::*;

#[require(any(auth, auth))]
async fn handler() {}

fn main() {}
