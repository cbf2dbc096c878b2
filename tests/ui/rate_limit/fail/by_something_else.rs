use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10/m", by = user)]
async fn handler() {}

#[require_auth]
#[rate_limit("10/m", by = adress)]
async fn misspelt() {}

#[require_auth]
#[rate_limit("10/m", per = subject)]
async fn other_word() {}

// right:
//
// #[require_auth]
// #[rate_limit("10/m", by = subject)]
// async fn handler() {}

fn main() {}
