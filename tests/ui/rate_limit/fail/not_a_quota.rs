use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10 per minute", by = subject)]
async fn handler() {}

#[require_auth]
#[rate_limit("0/m", by = subject)]
async fn none() {}

#[require_auth]
#[rate_limit(10, by = subject)]
async fn number() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m", by = subject)]
// async fn handler() {}

fn main() {}
