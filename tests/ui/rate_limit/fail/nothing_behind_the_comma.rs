use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10/m",)]
async fn handler() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m", by = subject)]
// async fn handler() {}

fn main() {}
