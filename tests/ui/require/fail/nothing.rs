use auth_core::prelude::*;

#[require()]
async fn handler() {}

fn main() {}
