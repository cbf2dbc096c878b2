use auth_core::prelude::*;

// wrong:

#[require_scope("")]
async fn handler() {}

// right:
//
// #[require_scope("reports:read")]
// async fn handler() {}

fn main() {}
