use auth_core::prelude::*;

// wrong:

#[public]
#[rate_limit("10/m", by = subject)]
async fn handler() {}

// right:
//
// #[public]
// #[rate_limit("10/m", by = address)]
// async fn handler() {}

fn main() {}
