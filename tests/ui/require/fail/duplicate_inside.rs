use auth_core::prelude::*;

// wrong:

#[require(all(api_key, any(mfa, mfa)))]
async fn handler() {}

// right:
//
// #[require(all(api_key, any(mfa, amr("hwk"))))]
// async fn handler() {}

fn main() {}
