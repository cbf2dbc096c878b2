use auth_core::prelude::*;

// wrong:

#[require_scope("say:\"a\"")]
async fn handler() {}

// right:
//
// #[require_scope("say:a")]
// async fn handler() {}

fn main() {}
