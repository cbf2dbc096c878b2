use auth_core::prelude::*;

// wrong:

#[public]
#[require_auth(optional)]
async fn handler() {}

// right:
//
// #[require_auth(optional)]
// async fn handler() {}

fn main() {}
