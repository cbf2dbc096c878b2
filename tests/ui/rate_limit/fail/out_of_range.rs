use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("0/m", by = subject)]
#[rate_limit("10/0s", by = subject)]
#[rate_limit("9999999999/h", by = subject)]
#[rate_limit("10/400d", by = subject)]
async fn handler() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m", by = subject)]
// async fn handler() {}

fn main() {}
