use auth_core::prelude::*;

// wrong:

guard!(pub Anyone = public);

#[require(Anyone)]
#[require_auth]
async fn handler() {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
