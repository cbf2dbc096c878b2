use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10/m", subject)]
async fn search() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m", by = subject)]
// async fn search() {}

fn main() {}
