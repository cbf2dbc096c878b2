use auth_core::prelude::*;

// wrong:

#[require(any(atuh, scope(a), "x"), fresh("soon"))]
async fn handler() {}

// right:
//
// #[require(any(api_key, scope("a")), fresh("10m"))]
// async fn handler() {}

fn main() {}
