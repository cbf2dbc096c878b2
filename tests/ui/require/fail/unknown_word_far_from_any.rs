use auth_core::prelude::*;

// wrong:

#[require(weekday)]
async fn handler() {}

// right:
//
// #[require(scope("weekday"))]
// async fn handler() {}

fn main() {}
