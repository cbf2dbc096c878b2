use auth_core::prelude::*;

// wrong:

#[require_scope(["reports:read", "reports:list"])]
async fn handler() {}

// right:
//
// #[require_scope("reports:read", "reports:list")]
// async fn handler() {}

fn main() {}
