use auth_core::prelude::*;

#[require(not(auth, mfa))]
async fn handler() {}

fn main() {}
