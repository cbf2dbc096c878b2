use auth_core::prelude::*;

// wrong:

#[api_key]
#[public]
async fn handler() {}

// right:
//
// #[api_key]
// async fn handler() {}

fn main() {}
