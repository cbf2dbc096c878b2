use auth_core::prelude::*;

// wrong:

#[require_auth(optional, true)]
async fn handler() {}

// right:
//
// #[require_auth(optional)]
// async fn handler() {}

fn main() {}
