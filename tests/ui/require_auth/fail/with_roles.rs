use auth_core::prelude::*;

#[require_auth(Admin)]
async fn handler() {}

fn main() {}
