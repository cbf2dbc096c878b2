use auth_core::prelude::*;

// wrong:

#[require_auth]
trait Handler {}

// right:
//
// #[require_auth]
// async fn handler() {}

fn main() {}
