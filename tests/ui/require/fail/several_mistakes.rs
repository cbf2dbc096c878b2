use auth_core::prelude::*;

#[require(any(atuh, scope(a), "x"), fresh("soon"))]
async fn handler() {}

fn main() {}
