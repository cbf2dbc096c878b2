use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10/m", by = subject, burst = 20)]
async fn handler() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m burst 20", by = subject)]
// async fn handler() {}

fn main() {}
