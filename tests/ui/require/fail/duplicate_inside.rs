use auth_core::prelude::*;

#[require(all(api_key, any(mfa, mfa)))]
async fn handler() {}

fn main() {}
