use auth_core::prelude::*;

// wrong:

#[require_scope("lesen:süß")]
async fn handler() {}

// right:
//
// #[require_scope("lesen:suess")]
// async fn handler() {}

fn main() {}
